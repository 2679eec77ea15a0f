// llama.cpp / interface_fused: the same where ggml-webgpu has states written into its cache and not behind the outputs.

@group(0) @binding(0) var<storage, read_write> src_q: array<f32>;
@group(0) @binding(1) var<storage, read_write> src_k: array<f32>;
@group(0) @binding(2) var<storage, read_write> src_v: array<f32>;
@group(0) @binding(3) var<storage, read_write> src_g: array<f32>;
@group(0) @binding(4) var<storage, read_write> src_beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> src_state: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> dst: array<vec4<f32>>;       // outputs alone
@group(0) @binding(7) var<storage, read_write> dst_fuse: array<vec4<f32>>;  // states

struct Params {
  h: u32,
  n_tokens: u32,
  n_seqs: u32,
  s_off: u32,
  sq1: u32,
  sq2: u32,
  sq3: u32,
  sv1: u32,
  sv2: u32,
  sv3: u32,
  sb1: u32,
  sb2: u32,
  sb3: u32,
  neq1: u32,
  rq3: u32,
  K: u32,
  scale: f32,
  dst_fuse_nb2: u32, // elements from a kept state of all heads to the one a token before it; whole states apart
  dst_fuse_off: u32, // element of dst_fuse the states begin at; a multiple of four, as rows of the cache are
}

@group(0) @binding(8) var<uniform> params: Params;

fn statesAt(back: u32) -> u32 {
  return (params.dst_fuse_off + back * params.dst_fuse_nb2) / 4u;
}

fn keepFour(at: u32, four: vec4<f32>) {
  dst_fuse[at] = four;
}
