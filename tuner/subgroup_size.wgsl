// Reports the subgroup size every invocation of one workgroup sees.

struct Params {
  unused: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> sizes: array<u32>; // [64]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(subgroup_size) size: u32) {
  sizes[local] = size;
}
