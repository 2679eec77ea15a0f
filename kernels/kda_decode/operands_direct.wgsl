// kda_decode / operands_direct: each thread reads q, k and g of its own rows, and nobody waits for another.

alias Fetched = Operands;

fn fetchOperands(head: u32, local: u32, firstFour: u32) -> Fetched {
  var mine: Operands;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = k[head * foursOfK + firstFour + i * fourStep];
    mine.queries[i] = q[head * foursOfK + firstFour + i * fourStep];
    mine.decays[i] = g[head * foursOfK + firstFour + i * fourStep];
  }
  return mine;
}

fn takeOperands(fetched: Fetched, local: u32, firstFour: u32) -> Operands {
  var mine = fetched;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.queries[i] *= params.scale;
    mine.decays[i] = decayOf(mine.decays[i]);
  }
  return mine;
}
