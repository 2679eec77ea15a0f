// paged / partial_f32: o as a split leaves it, in single precision: an answer, or a share of one.

@group(0) @binding(5) var<storage, read_write> o: array<vec4<f32>>; // [N, H, splits, V / 4]

fn writeUnit(at: u32, low: vec4<f32>, high: vec4<f32>) {
  o[at * 2u] = low;
  o[at * 2u + 1u] = high;
}
