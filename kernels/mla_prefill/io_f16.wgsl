// mla_prefill / io_f16: q, k, v and o as pairs of halves in u32 words, so that no shader-f16 feature is needed.

alias Unit = vec2<u32>;

fn widen(unit: Unit) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(unit.x), unpack2x16float(unit.y));
}

fn narrow(values: vec4<f32>) -> Unit {
  return vec2<u32>(pack2x16float(values.xy), pack2x16float(values.zw));
}
