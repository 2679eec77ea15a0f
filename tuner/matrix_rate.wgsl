// ceilings / matrix_rate: independent sums per subgroup, grown on its matrix unit, operands in registers.
//   sum[i][j] += left[i] right[j]     left [M, K], right [K, N] f16; sum [M, N] f32
// Loops are unrolled, so that every array has constant indices and lies in registers.

alias Left = subgroup_matrix_left<f16, 16, 16>; // K columns, M rows
alias Right = subgroup_matrix_right<f16, 16, 16>; // N columns, K rows
alias Sum = subgroup_matrix_result<f32, 16, 16>; // N columns, M rows
const M: u32 = 16u;
const N: u32 = 16u;
const K: u32 = 16u;
const rowTiles: u32 = 4u;
const colTiles: u32 = 4u;
const threads: u32 = 256u;

struct Params {
  rounds: u32, // even for timing: an odd number writes the sums out as well
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> operands: array<f16>; // left tiles, then right tiles
@group(0) @binding(2) var<storage, read_write> results: array<f32>; // [rowTiles, colTiles, M, N]

const products: u32 = 16u; // per round, whatever the tiles
const turns: u32 = products / (rowTiles * colTiles);

@compute @workgroup_size(threads)
fn main() {
  var left: array<Left, rowTiles>;
  var right: array<Right, colTiles>;
  var sums: array<Sum, rowTiles * colTiles>;
  // @unroll
  for (var i = 0u; i < rowTiles; i++) {
    left[i] = subgroupMatrixLoad<Left, row_major>(&operands, i * M * K, K);
  }
  // @unroll
  for (var j = 0u; j < colTiles; j++) {
    right[j] = subgroupMatrixLoad<Right, row_major>(&operands, rowTiles * M * K + j * K * N, N);
  }
  // @unroll
  for (var s = 0u; s < rowTiles * colTiles; s++) {
    sums[s] = Sum();
  }
  for (var round = 0u; round < params.rounds; round++) {
    // @unroll
    for (var turn = 0u; turn < turns; turn++) {
      // @unroll
      for (var i = 0u; i < rowTiles; i++) {
        // @unroll
        for (var j = 0u; j < colTiles; j++) {
          let s = i * colTiles + j;
          sums[s] = subgroupMatrixMultiplyAccumulate(left[i], right[j], sums[s]);
        }
      }
    }
  }
  // The compiler can't know the parity, so it may not drop the loop, and the timed run stores nothing.
  if ((params.rounds & 1u) == 1u) {
    // @unroll
    for (var s = 0u; s < rowTiles * colTiles; s++) {
      subgroupMatrixStore<row_major>(&results, s * M * N, sums[s], N);
    }
  }
}
