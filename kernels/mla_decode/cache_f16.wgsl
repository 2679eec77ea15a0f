// mla_decode / cache_f16: the cache as pairs of halves in u32 words, so that no shader-f16 feature is needed.

fn widen(unit: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(unit.x), unpack2x16float(unit.y));
}
