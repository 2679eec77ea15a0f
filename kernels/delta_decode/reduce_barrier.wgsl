// delta_decode / reduce_barrier: partial sums meet in workgroup memory.

// One more than rowThreads: neighbouring columns then lie in different banks.
var<workgroup> partialK: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialQ: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialKq: array<f32, rowThreads>;

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  partialK[column][row] = mine.k;
  partialQ[column][row] = mine.q;
  if (column == 0u) {
    partialKq[row] = mine.kq;
  }
  workgroupBarrier(); // every row thread's partial sums are in place
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var r = 0u; r < rowThreads; r++) {
    sums.k += partialK[column][r];
    sums.q += partialQ[column][r];
    sums.kq += partialKq[r];
  }
  return sums;
}
