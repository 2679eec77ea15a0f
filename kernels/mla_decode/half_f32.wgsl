// mla_decode / half_f32: the cache is in single precision, and is rounded on its way to the matrix units.

fn halves(unit: array<vec4<f32>, 2>) -> vec4<u32> {
  return pack(unit[0], unit[1]);
}
