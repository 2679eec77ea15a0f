// ceilings / read_bandwidth: every invocation sums a grid-strided share of a large buffer.

const threads: u32 = 256u;
const loads: u32 = 4u; // independent loads in flight per turn

struct Params {
  vectors: u32, // a multiple of invocations x loads
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>; // one per invocation

@compute @workgroup_size(threads)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  let invocations = grid.x * threads;
  var a = vec4<f32>(0.0);
  var b = vec4<f32>(0.0);
  var c = vec4<f32>(0.0);
  var d = vec4<f32>(0.0);
  for (var i = id.x; i < params.vectors; i += invocations * loads) {
    a += source[i];
    b += source[i + invocations];
    c += source[i + invocations * 2u];
    d += source[i + invocations * 3u];
  }
  sums[id.x] = a + b + c + d;
}
