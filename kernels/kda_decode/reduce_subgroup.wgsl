// kda_decode / reduce_subgroup: all row threads of a column sit in one subgroup and meet by shuffles, so that nobody
// waits at a barrier. laneColumns * rowThreads divides every subgroup size of the device.

fn sumRows(place: Place, mine: Sums) -> Sums {
  var sums = mine;
  for (var lanes = laneColumns; lanes < laneColumns * rowThreads; lanes *= 2u) {
    sums.k += subgroupShuffleXor(sums.k, lanes);
    sums.q += subgroupShuffleXor(sums.q, lanes);
    sums.kq += subgroupShuffleXor(sums.kq, lanes);
  }
  return sums;
}
