// ceilings / matrix_rate: four independent sums per subgroup, grown on its matrix unit, operands in registers.
//   sum[i][j] += left[i] right[j]     left [M, K], right [K, N] f16; sum [M, N] f32

alias Left = subgroup_matrix_left<f16, 16, 16>;    // K columns, M rows
alias Right = subgroup_matrix_right<f16, 16, 16>;  // N columns, K rows
alias Sum = subgroup_matrix_result<f32, 16, 16>;   // N columns, M rows
const M: u32 = 16u;
const N: u32 = 16u;
const threads: u32 = 256u;

struct Params {
  rounds: u32, // even for timing: an odd number writes the sums out as well
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> results: array<f32>; // [4, M, N]

@compute @workgroup_size(threads)
fn main() {
  let left0 = Left(f16(0.5));
  let left1 = Left(f16(0.25));
  let right0 = Right(f16(0.125));
  let right1 = Right(f16(0.0625));
  var sum00 = Sum();
  var sum01 = Sum();
  var sum10 = Sum();
  var sum11 = Sum();
  for (var i = 0u; i < params.rounds; i++) {
    sum00 = subgroupMatrixMultiplyAccumulate(left0, right0, sum00);
    sum01 = subgroupMatrixMultiplyAccumulate(left0, right1, sum01);
    sum10 = subgroupMatrixMultiplyAccumulate(left1, right0, sum10);
    sum11 = subgroupMatrixMultiplyAccumulate(left1, right1, sum11);
  }
  // The compiler can't know the parity, so it may not drop the loop, and the timed run stores nothing.
  if ((params.rounds & 1u) == 1u) {
    subgroupMatrixStore<row_major>(&results, 0u, sum00, N);
    subgroupMatrixStore<row_major>(&results, M * N, sum01, N);
    subgroupMatrixStore<row_major>(&results, 2u * M * N, sum10, N);
    subgroupMatrixStore<row_major>(&results, 3u * M * N, sum11, N);
  }
}
