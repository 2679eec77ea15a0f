// gqa_decode / split_bindings: what a split pass is given. lse holds the answer where there is one split, else every
// share's maximum (base 2) and sum. The caches are declared beside (pools_*), and o (partial_*).

struct Params {
  heads: u32,       // H
  kvHeads: u32,     // G
  tableWidth: u32,  // entries of a block table row
  splits: u32,
  bufferPages: u32, // pages of the pool in a buffer
  scale: f32,       // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;       // [N, H, K / 4]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;   // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>; // [N]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;     // [N, H], or maximum and sum [N, H, splits, 2]
