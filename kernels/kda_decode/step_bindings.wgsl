// kda_decode / step_bindings: a gate for each channel.

@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>; // [N, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<f32>>; // [N, H, K]
@group(0) @binding(3) var<storage, read> v: array<Vec>;       // [N, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [N, H, K], natural log
@group(0) @binding(5) var<storage, read> beta: array<f32>;    // [N, H]
@group(0) @binding(6) var<storage, read_write> state: array<StoredVec>; // [N, H, K, V] or [N, H, V, K]
@group(0) @binding(7) var<storage, read_write> o: array<Vec>; // [N, H, V]
