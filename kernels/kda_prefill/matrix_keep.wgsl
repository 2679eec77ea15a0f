// kda_prefill / matrix_keep: the scan keeps each chunk's S and Vn, and matrix_output computes outputs.

const outputs: bool = false;

@group(0) @binding(6) var<storage, read_write> kept: array<vec4<f16>>; // [B, H, chunks, K of S + chunkSize of Vn, V]

fn giveOutput(at: u32, value: vec4<f32>) {}

fn keep(chunk: u32, r: u32, x: u32, value: vec4<f16>) {
  kept[(chunk * (keyDim + chunkSize) + r) * valueVectors + x] = value;
}
