// mla_prefill / io_f32: q, k, v and o as they are.

alias Unit = vec4<f32>;

fn widen(unit: Unit) -> vec4<f32> {
  return unit;
}

fn narrow(values: vec4<f32>) -> Unit {
  return values;
}
