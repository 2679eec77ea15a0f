// kda_prefill / reduce_subgroup: sums over the threads of a column, which are neighbours in one subgroup.
// A butterfly of shuffles; needs parts to be a power of two no larger than the subgroup.
// Workgroup memory: none.

fn columnOf(thread: u32) -> u32 {
  return thread / parts;
}

fn partOf(thread: u32) -> u32 {
  return thread % parts;
}

fn sumOverParts(mine: Taken, thread: u32, turn: u32) -> Taken {
  var sum = mine;
  for (var distance = 1u; distance < parts; distance *= 2u) {
    sum.erased += subgroupShuffleXor(sum.erased, distance);
    sum.kept += subgroupShuffleXor(sum.kept, distance);
    sum.overlap += subgroupShuffleXor(sum.overlap, distance);
  }
  return sum;
}
