// paged / unit_f16: the cache as pairs of halves in u32 words, so that no shader-f16 feature is needed.

fn widen(unit: vec4<u32>, half: u32) -> vec4<f32> {
  let words = select(unit.xy, unit.zw, half == 1u);
  return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
