// delta_prefill / matrix_halves: an f32 as the sum of two f16, 22 bits of it, for matrix_prepare and matrix_scan.

// The nearest value of 11 bits, found in the bits: compilers may take vec4<f32>(vec4<f16>(a)) for a (Mesa 26 does), and
// what is left of a for zero. NaN stays NaN: rounded up, 0x7fffffff would be zero.
fn nearest(a: vec4<f32>) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(a);
  let rounded = (bits + vec4<u32>(0x1000u)) & vec4<u32>(0xffffe000u);
  let isNaN = (bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
  return bitcast<vec4<f32>>(select(rounded, bits, isNaN));
}

fn highOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(nearest(a));
}

fn lowOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(a - nearest(a));
}
