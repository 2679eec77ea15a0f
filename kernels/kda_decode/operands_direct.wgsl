// kda_decode / operands_direct: each thread reads q, k and g of its own rows, and nobody waits for another.

fn loadOperands(head: u32, local: u32, firstFour: u32) -> Operands {
  var mine: Operands;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = k[head * foursOfK + firstFour + i * fourStep];
    mine.queries[i] = q[head * foursOfK + firstFour + i * fourStep];
    mine.decays[i] = g[head * foursOfK + firstFour + i * fourStep];
  }
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.queries[i] *= params.scale;
    mine.decays[i] = decayOf(mine.decays[i]);
  }
  return mine;
}
