// kda_decode / reduce_barrier: partial sums meet in workgroup memory.

// One more than rowThreads: neighbouring columns then lie in different banks.
var<workgroup> partialK: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialQ: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialKq: array<f32, rowThreads>;

fn sumRows(place: Place, mine: Sums) -> Sums {
  partialK[place.column][place.row] = mine.k;
  partialQ[place.column][place.row] = mine.q;
  if (place.column == 0u) {
    partialKq[place.row] = mine.kq;
  }
  workgroupBarrier(); // every row thread's partial sums are in place
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var r = 0u; r < rowThreads; r++) {
    sums.k += partialK[place.column][r];
    sums.q += partialQ[place.column][r];
    sums.kq += partialKq[r];
  }
  if (headsPerGroup > 1u) {
    workgroupBarrier(); // the sums are read, so that the next head's may replace them
  }
  return sums;
}
