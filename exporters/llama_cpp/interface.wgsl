// llama.cpp / interface: what ggml-webgpu binds for gated_delta_net, and the parameters it writes.
// Strides count elements. q and k of a token lie alike, and so do g and beta, g headSize times as far where it has a
// number a channel. Everything may be written as far as WebGPU is told, since ggml binds parts of one buffer.

@group(0) @binding(0) var<storage, read_write> src_q: array<f32>;           // [sequences / rq3, tokens, neq1, headSize]
@group(0) @binding(1) var<storage, read_write> src_k: array<f32>;           // as q
@group(0) @binding(2) var<storage, read_write> src_v: array<f32>;           // [sequences, tokens, h, headSize]
@group(0) @binding(3) var<storage, read_write> src_g: array<f32>;           // natural log; [.., h] or [.., h, headSize]
@group(0) @binding(4) var<storage, read_write> src_beta: array<f32>;        // [sequences, tokens, h]
@group(0) @binding(5) var<storage, read_write> src_state: array<vec4<f32>>; // [sequences, h, columns, rows]
@group(0) @binding(6) var<storage, read_write> dst: array<vec4<f32>>;       // outputs as v without gaps; from s_off states

struct Params {
  h: u32,        // heads of v, beta, g and the state
  n_tokens: u32,
  n_seqs: u32,
  s_off: u32,    // element of dst the states begin at
  sq1: u32,      // q and k: from a head to the next
  sq2: u32,      // from a token to the next
  sq3: u32,      // from a sequence to the next
  sv1: u32,      // v, likewise
  sv2: u32,
  sv3: u32,
  sb1: u32,      // beta, likewise
  sb2: u32,
  sb3: u32,
  neq1: u32,     // heads of q and k, which those of v take in turn
  rq3: u32,      // sequences that share one of q and k
  K: u32,        // states to keep: the last, the one a token before it, and so on
  scale: f32,
}

@group(0) @binding(7) var<uniform> params: Params;

/** Where the states of all heads after the token `back` before the last begin in dst, in fours. */
fn statesAt(back: u32) -> u32 {
  return (params.s_off + back * params.n_seqs * params.h * headSize * headSize) / 4u;
}

fn keepFour(at: u32, four: vec4<f32>) {
  dst[at] = four;
}
