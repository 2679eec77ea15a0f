// ceilings / fma_rate: eight independent chains of vec4 fused multiply-adds per invocation.

const threads: u32 = 256u;

struct Params {
  rounds: u32,
  factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> results: array<vec4<f32>>; // one per invocation

@compute @workgroup_size(threads)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let m = vec4<f32>(params.factor);
  let x = vec4<f32>(f32(id.x & 15u) * 0.01);
  var a = x;
  var b = x + 0.1;
  var c = x + 0.2;
  var d = x + 0.3;
  var e = x + 0.4;
  var f = x + 0.5;
  var g = x + 0.6;
  var h = x + 0.7;
  for (var i = 0u; i < params.rounds; i++) {
    // @unroll
    for (var j = 0u; j < 16u; j++) {
      a = fma(a, m, x);
      b = fma(b, m, x);
      c = fma(c, m, x);
      d = fma(d, m, x);
      e = fma(e, m, x);
      f = fma(f, m, x);
      g = fma(g, m, x);
      h = fma(h, m, x);
    }
  }
  results[id.x] = a + b + c + d + e + f + g + h;
}
