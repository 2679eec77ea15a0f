import { specialize } from "../../kernels/core/specialize.ts";
import { keepRolled } from "../../kernels/core/unroll.ts";
import reduceBarrier from "../../kernels/delta_decode/reduce_barrier.wgsl" with { type: "text" };
import reduceSubgroup from "../../kernels/delta_decode/reduce_subgroup.wgsl" with { type: "text" };
import type { DropIn } from "./drop_in.ts";
import layoutCode from "./layout.wgsl" with { type: "text" };
import stepCode from "./step.wgsl" with { type: "text" };
import tunablesCode from "./tunables.wgsl" with { type: "text" };

/** What a layout's tunables are; `tileV` is a number or a macro of the reader. */
export function tunablesText({ rowsPerThread, columnsPerThread }: DropIn, tileV: string): string {
  const code = specialize(tunablesCode, {
    rowsPerThread,
    columnsPerThread,
    Vec: `vec${columnsPerThread}<f32>`,
  });
  return withConstants(code, { tileV });
}

/** Sizes that follow from a head's, which is a number or a macro of the reader, as is whose gates there are. */
export function layoutText(headSize: string, perChannel: string): string {
  return withConstants(layoutCode, { headSize, perChannel });
}

export const stepText = () => stepCode;

/** Sums over rows, as delta_decode takes them; how many threads share a column only the reader knows. */
export function sumsText(reduce: DropIn["reduce"]): string {
  if (reduce === "barrier") return keepRolled(reduceBarrier);
  return withConstants(keepRolled(reduceSubgroup), { laneSteps: "firstTrailingBit(rowThreads)" });
}

/** As `specialize`, with any text on the right-hand side of a `const`. */
function withConstants(code: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((changed, [name, text]) => {
    const line = new RegExp(`^(const ${name}: \\w+ = )[^;]+;`, "m");
    if (!line.test(changed)) throw new RangeError(`Cannot set ${name} to ${text}: no constant has that name`);
    return changed.replace(line, `$1${text};`);
  }, code);
}
