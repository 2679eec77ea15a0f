// mla_decode / split_bindings: what a split pass of either formulation is given, and what it leaves: the answer where
// there is one split, else that of its share, and per head the maximum (base 2) its weights are relative to and their sum.
// The cache's buffers are declared beside (cache_one, cache_two, cache_four), and o (partial_f32, partial_f16: writeUnit).
// Linked before write_sum.wgsl.

struct Params {
  heads: u32,
  tableWidth: u32, // entries of a block table row
  splits: u32,
  bufferPages: u32, // pages of the pool in a buffer
  scale: f32, // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;          // [N, H, 576 / 4]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;      // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>;    // [N]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;        // [N, H], or maximum and sum [N, H, splits, 2]
