// kda_prefill / reduce_subgroup: sums over the threads of a column, which are neighbours in one subgroup.
// Butterflies of shuffles; needs parts to be a power of two no larger than the subgroup.
// Workgroup memory: none.

fn columnOf(thread: u32) -> u32 {
  return thread / parts;
}

fn partOf(thread: u32) -> u32 {
  return thread % parts;
}

// The sum over all parts, in all of them.
fn sumOverParts(mine: Columns, thread: u32, turn: u32) -> Columns {
  var sum = mine;
  for (var distance = 1u; distance < parts; distance *= 2u) {
    sum += subgroupShuffleXor(sum, distance);
  }
  return sum;
}

// Sums of a group's four tokens, that of token p % 4 in part p: halves are exchanged until each part keeps one.
fn sumOfGroup(mine: array<Columns, group>, thread: u32) -> Columns {
  let high = (thread & 2u) != 0u;
  var low = select(mine[0], mine[2], high) + subgroupShuffleXor(select(mine[2], mine[0], high), 2u);
  let top = select(mine[1], mine[3], high) + subgroupShuffleXor(select(mine[3], mine[1], high), 2u);
  let odd = (thread & 1u) != 0u;
  low = select(low, top, odd) + subgroupShuffleXor(select(top, low, odd), 1u);
  for (var distance = group; distance < parts; distance *= 2u) {
    low += subgroupShuffleXor(low, distance);
  }
  return low;
}
