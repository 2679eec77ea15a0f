import type { Capabilities, Param, Pass, Range } from "./family.ts";
import { keepRolled, unroll } from "./unroll.ts";
import { workgroupBytes, workgroupSize } from "./workgroup_memory.ts";

/** The feature that gives a subgroup matrix units. */
export const SUBGROUP_MATRIX = "chromium-experimental-subgroup-matrix";

/** The WGSL directive a feature needs; `subgroups` only where the front end wants it named. */
function directives(features: readonly string[], engine: Capabilities["engine"]): string {
  const lines: string[] = [];
  if (features.includes("shader-f16")) lines.push("enable f16;");
  if (features.includes("subgroups") && engine === "tint") {
    lines.push("enable subgroups;");
    // Branches by whole subgroups are uniform within each of them, which the checker cannot see.
    lines.push("diagnostic(off, subgroup_uniformity);");
  }
  if (features.includes(SUBGROUP_MATRIX)) {
    lines.push("enable chromium_experimental_subgroup_matrix;");
    // The checker cannot see that a subgroup's id is the same in all its lanes.
    lines.push("diagnostic(off, chromium.subgroup_matrix_uniformity);");
  }
  return lines.map((line) => line + "\n").join("");
}

const MOST_REMEMBERED = 8;
const remembered = new Map<string, string>();

/** `unroll`, remembering the latest texts: the windows of a long input share theirs. */
function unrolled(code: string): string {
  const text = remembered.get(code) ?? unroll(code);
  remembered.delete(code);
  remembered.set(code, text);
  if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!);
  return text;
}

/** Joins WGSL texts that declare different names into one module. */
export function link(...parts: string[]): string {
  return parts.map((part) => part.trimEnd() + "\n").join("\n");
}

/**
 * Builds a pass: puts the engine's directives in front, reads workgroup size and memory off the text, and expands its
 * `// @unroll` loops. The text is made when it is first read, since a search sizes far more variants than it compiles.
 */
export function definePass(
  device: Capabilities,
  pass: {
    label: string;
    code: string;
    /** Whether loops under `// @unroll` are repeated with constant indices. */
    unroll?: boolean;
    features?: readonly string[];
    params: readonly Param[];
    /** Names in binding order from 1; a leading `*` marks a buffer the pass writes. */
    buffers: readonly string[];
    /** The part of a buffer the pass sees, by name; the whole where not given. */
    ranges?: Readonly<Record<string, Range>>;
    workgroups: readonly [number, number, number];
  },
): Pass {
  const features = pass.features ?? [];
  let text: string | undefined;
  return {
    label: pass.label,
    get code() {
      return text ??= directives(features, device.engine) +
        (pass.unroll ? unrolled(pass.code) : keepRolled(pass.code));
    },
    entryPoint: "main",
    features,
    params: pass.params,
    buffers: pass.buffers.map((marked) => {
      const name = marked.replace(/^\*/, "");
      const range = pass.ranges?.[name];
      return { name, access: marked === name ? "read" : "read_write", ...(range && { range }) };
    }),
    workgroups: pass.workgroups,
    workgroupSize: workgroupSize(pass.code),
    workgroupBytes: workgroupBytes(pass.code),
  };
}
