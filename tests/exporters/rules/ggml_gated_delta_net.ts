// What ggml-webgpu's host takes for granted of gated_delta_net.wgsl. Read off ggml-webgpu.cpp (bind group and parameters of
// ggml_webgpu_gated_delta_net), ggml-webgpu-shader-lib.hpp (macros) and the shader itself, of llama.cpp as of pull request
// 28976 (September 2026; commit 7fb2cafea1a0 of its branch, the same in forks that merged it). The pipeline's layout is the
// shader's own: a binding it does not use is one the host may not bind. Tensors are ranges of one buffer, which WebGPU lets
// a dispatch use in one way only: all read_write.
import { z } from "zod";

const STORAGE = ["src_q", "src_k", "src_v", "src_g", "src_beta", "src_state", "dst"];
const PARAMS = [
  "h n_tokens n_seqs s_off sq1 sq2 sq3 sv1 sv2 sv3 sb1 sb2 sb3 neq1 rq3 K".split(" ").map((name) =>
    `${name}: u32`
  ),
  ["scale: f32"],
].flat();
const FUSED_PARAMS = [...PARAMS, "dst_fuse_nb2: u32", "dst_fuse_off: u32"];
/** A slot of the host's parameters. */
const SLOT_WORDS = 32;

/** A list of exactly these texts. */
const exactly = (texts: readonly string[]) =>
  z.array(z.string()).superRefine((found, context) => {
    const [wanted, got] = [texts.join("; "), found.join("; ")];
    if (wanted !== got) context.addIssue({ code: "custom", message: `holds ${got}, not ${wanted}` });
  });

/** The shader's interface where states are kept in dst, or in the cache. */
export const gatedDeltaNetRules = (fused: boolean) =>
  z.object({
    entries: exactly(["main"]),
    bindings: exactly([
      ...[...STORAGE, ...(fused ? ["dst_fuse"] : [])].map((name, i) => `${i} storage, read_write ${name}`),
      `${fused ? 8 : 7} uniform params`,
    ]),
    unused: exactly([]),
    params: exactly(fused ? FUSED_PARAMS : PARAMS).refine((fields) => fields.length <= SLOT_WORDS),
  });

/** What a preprocessed shader declares. */
export function interfaceOf(code: string): z.input<ReturnType<typeof gatedDeltaNetRules>> {
  const plain = code.replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, "");
  const bindings = [...plain.matchAll(/@group\(0\) @binding\((\d+)\)\s*var<([^>]*)> (\w+):/g)];
  const uses = (name: string) => [...plain.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length;
  const [, fields = ""] = /struct Params \{([^}]*)\}/.exec(plain) ?? [];
  return {
    entries: [...plain.matchAll(/@compute[^{]*?fn (\w+)\(/g)].map(([, name]) => name),
    bindings: bindings.map(([, binding, kind, name]) => `${binding} ${kind} ${name}`),
    unused: bindings.map(([, , , name]) => name).filter((name) => uses(name) < 2),
    params: [...fields.matchAll(/(\w+): (\w+)/g)].map(([, name, type]) => `${name}: ${type}`),
  };
}
