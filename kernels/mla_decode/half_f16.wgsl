// mla_decode / half_f16: the cache is in halves already.

fn halves(unit: vec4<u32>) -> vec4<u32> {
  return unit;
}
