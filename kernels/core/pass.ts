import type { Capabilities, Param, Pass } from "./family.ts";
import { workgroupBytes, workgroupSize } from "./workgroup_memory.ts";

/** The WGSL directive a feature needs; `subgroups` only where the front end wants it named. */
function directives(features: readonly string[], engine: Capabilities["engine"]): string {
  const lines: string[] = [];
  if (features.includes("shader-f16")) lines.push("enable f16;");
  if (features.includes("subgroups") && engine === "tint") lines.push("enable subgroups;");
  return lines.map((line) => line + "\n").join("");
}

/** Joins WGSL texts that declare different names into one module. */
export function link(...parts: string[]): string {
  return parts.map((part) => part.trimEnd() + "\n").join("\n");
}

/** Builds a pass: puts the engine's directives in front and reads workgroup size and memory off the text. */
export function definePass(
  device: Capabilities,
  pass: {
    label: string;
    code: string;
    features?: readonly string[];
    params: readonly Param[];
    /** Names in binding order from 1; a leading `*` marks a buffer the pass writes. */
    buffers: readonly string[];
    workgroups: readonly [number, number, number];
  },
): Pass {
  const features = pass.features ?? [];
  return {
    label: pass.label,
    code: directives(features, device.engine) + pass.code,
    entryPoint: "main",
    features,
    params: pass.params,
    buffers: pass.buffers.map((name) =>
      name.startsWith("*") ? { name: name.slice(1), access: "read_write" } : { name, access: "read" }
    ),
    workgroups: pass.workgroups,
    workgroupSize: workgroupSize(pass.code),
    workgroupBytes: workgroupBytes(pass.code),
  };
}
