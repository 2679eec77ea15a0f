// Storage and arithmetic in f16, on devices that grant it.

struct Params {
  unused: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f16>;              // [64]
@group(0) @binding(2) var<storage, read_write> f16_out: array<f16>;  // [64] x / 2 + 1

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) i: u32) {
  f16_out[i] = x[i] * 0.5h + 1.0h;
}
