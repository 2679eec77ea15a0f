// mla_decode / cache_f32: the cache in single precision.

fn widen(unit: vec4<f32>) -> vec4<f32> {
  return unit;
}
