import type { Pass, Plan } from "./family.ts";

const MARK = /^[ \t]*\/\/ @(stage|end)\b[ \t]*([^\n]*)$/;

/** A stretch of WGSL lines: one stage's, or none's. */
interface Stretch {
  readonly stage?: string;
  readonly lines: string[];
}

/**
 * Stages a pass's text marks, in order of their first lines: blocks from `// @stage NAME` to `// @end`. What is left
 * without a block must compile. Throws SyntaxError where a mark has no partner.
 */
export function stagesOf(code: string): string[] {
  const named = stretches(code).flatMap(({ stage }) => stage === undefined ? [] : [stage]);
  return [...new Set(named)];
}

/** The text without the blocks of one stage. */
export function withoutStage(code: string, stage: string): string {
  return stretches(code).filter((s) => s.stage !== stage).flatMap((s) => s.lines).join("\n");
}

function stretches(code: string): Stretch[] {
  const found: Stretch[] = [{ lines: [] }];
  for (const line of code.split("\n")) {
    const [, kind, name] = MARK.exec(line) ?? [];
    const open = found.at(-1)!.stage;
    if (kind === "stage") {
      if (open !== undefined) throw new SyntaxError(`Cannot mark stage ${name}: it begins inside ${open}`);
      found.push({ stage: name.trim(), lines: [line] });
    } else found.at(-1)!.lines.push(line);
    if (kind === "end") {
      if (open === undefined) throw new SyntaxError("Cannot end a stage: none has begun");
      found.push({ lines: [] });
    }
  }
  const { stage } = found.at(-1)!;
  if (stage !== undefined) throw new SyntaxError(`Cannot mark stage ${stage}: it has no // @end`);
  return found;
}

/** Passes of a plan that share a label and one of their stages, and the label they have without it. */
export interface Ablation {
  readonly label: string;
  readonly stage: string;
  readonly without: string;
}

/**
 * A plan that holds every pass a second time without each of its stages, under other labels: what a stage costs is the
 * time of its pass less the time of that pass without it. Not to be run whole: the added passes compute nonsense.
 */
export function withAblations(plan: Plan): { plan: Plan; ablations: readonly Ablation[] } {
  const ablations = new Map<string, Ablation>();
  const added = plan.passes.flatMap((pass) =>
    stagesOf(pass.code).map((stage): Pass => {
      const without = `${pass.label} without ${stage}`;
      ablations.set(without, { label: pass.label, stage, without });
      return { ...pass, label: without, code: withoutStage(pass.code, stage) };
    })
  );
  return { plan: { ...plan, passes: [...plan.passes, ...added] }, ablations: [...ablations.values()] };
}
