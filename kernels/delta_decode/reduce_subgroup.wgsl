// delta_decode / reduce_subgroup: all row threads of a column sit in one subgroup and meet by shuffles, so that nobody
// waits at a barrier. laneColumns * rowThreads divides every subgroup size of the device.

const laneSteps: u32 = 2u; // rowThreads is 2^laneSteps

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  var sums = mine;
  // @unroll
  for (var i = 0u; i < laneSteps; i++) {
    sums.k += subgroupShuffleXor(sums.k, laneColumns << i);
    sums.q += subgroupShuffleXor(sums.q, laneColumns << i);
    sums.kq += subgroupShuffleXor(sums.kq, laneColumns << i);
  }
  return sums;
}
