// kda_prefill / recurrent_bindings: a gate for each channel.

@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> v: array<Io>; // [B, T, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(6) var<storage, read_write> state: array<f32>; // [segments, B, H, K, stateDim]
@group(0) @binding(7) var<storage, read_write> o: array<Io>; // [B, T, H, V]
