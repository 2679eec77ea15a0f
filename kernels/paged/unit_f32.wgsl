// paged / unit_f32: the cache in single precision.

fn widen(unit: array<vec4<f32>, 2>, half: u32) -> vec4<f32> {
  return select(unit[0], unit[1], half == 1u);
}
