// One dispatch that shows whether fused multiply-add and exp2, which every kernel leans on, are right.

struct Params {
  unused: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;                    // [64], <= 0
@group(0) @binding(2) var<storage, read_write> fma_out: array<f32>;        // [64] x * x + 0.5
@group(0) @binding(3) var<storage, read_write> exp2_out: array<f32>;       // [64] 2^x
@group(0) @binding(4) var<storage, read_write> sum_out: array<f32>;        // [1] sum of x through workgroup memory

var<workgroup> tile: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) i: u32) {
  fma_out[i] = fma(x[i], x[i], 0.5);
  exp2_out[i] = exp2(x[i]);
  tile[i] = x[i];
  for (var step = 32u; step > 0u; step >>= 1u) {
    workgroupBarrier(); // the upper half was written by other invocations
    if (i < step) {
      tile[i] += tile[i + step];
    }
  }
  if (i == 0u) {
    sum_out[0] = tile[0];
  }
}
