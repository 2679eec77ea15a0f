// delta_decode / reduce_mixed: row threads that share a subgroup meet by shuffles, and their sums in workgroup memory.
// laneColumns * laneRows divides every subgroup size of the device.

const laneRows: u32 = 2u;  // row threads of a column within a subgroup
const laneSteps: u32 = 1u; // laneRows is 2^laneSteps
const parts: u32 = rowThreads / laneRows;

// One more than parts: neighbouring columns then lie in different banks.
var<workgroup> partialK: array<array<Vec, parts + 1u>, columnThreads>;
var<workgroup> partialQ: array<array<Vec, parts + 1u>, columnThreads>;
var<workgroup> partialKq: array<f32, parts>;

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  var sums = mine;
  // @unroll
  for (var i = 0u; i < laneSteps; i++) {
    sums.k += subgroupShuffleXor(sums.k, laneColumns << i);
    sums.q += subgroupShuffleXor(sums.q, laneColumns << i);
    sums.kq += subgroupShuffleXor(sums.kq, laneColumns << i);
  }
  if (row % laneRows == 0u) {
    partialK[column][row / laneRows] = sums.k;
    partialQ[column][row / laneRows] = sums.q;
    if (column == 0u) {
      partialKq[row / laneRows] = sums.kq;
    }
  }
  workgroupBarrier(); // every subgroup's sums are in place
  sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var r = 0u; r < parts; r++) {
    sums.k += partialK[column][r];
    sums.q += partialQ[column][r];
    sums.kq += partialKq[r];
  }
  return sums;
}
