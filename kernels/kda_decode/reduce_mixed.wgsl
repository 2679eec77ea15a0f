// kda_decode / reduce_mixed: row threads that share a subgroup meet by shuffles, and their sums in workgroup memory.
// laneColumns * laneRows divides every subgroup size of the device.

const laneRows: u32 = 2u; // row threads of a column within a subgroup
const parts: u32 = rowThreads / laneRows;

// One more than parts: neighbouring columns then lie in different banks.
var<workgroup> partialK: array<array<Vec, parts + 1u>, columnThreads>;
var<workgroup> partialQ: array<array<Vec, parts + 1u>, columnThreads>;
var<workgroup> partialKq: array<f32, parts>;

fn sumRows(place: Place, mine: Sums) -> Sums {
  var sums = mine;
  for (var lanes = laneColumns; lanes < laneColumns * laneRows; lanes *= 2u) {
    sums.k += subgroupShuffleXor(sums.k, lanes);
    sums.q += subgroupShuffleXor(sums.q, lanes);
    sums.kq += subgroupShuffleXor(sums.kq, lanes);
  }
  if (place.row % laneRows == 0u) {
    partialK[place.column][place.row / laneRows] = sums.k;
    partialQ[place.column][place.row / laneRows] = sums.q;
    if (place.column == 0u) {
      partialKq[place.row / laneRows] = sums.kq;
    }
  }
  workgroupBarrier(); // every subgroup's sums are in place
  sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var r = 0u; r < parts; r++) {
    sums.k += partialK[place.column][r];
    sums.q += partialQ[place.column][r];
    sums.kq += partialKq[r];
  }
  if (headsPerGroup > 1u) {
    workgroupBarrier(); // the sums are read, so that the next head's may replace them
  }
  return sums;
}
