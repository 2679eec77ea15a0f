// gdn_decode / operands_direct: each thread reads q and k of its own rows and the head's gate, and nobody waits for
// another.

struct Fetched {
  keys: array<vec4<f32>, fours>,
  queries: array<vec4<f32>, fours>,
  gate: f32,
}

fn fetchOperands(head: u32, local: u32, firstFour: u32) -> Fetched {
  var fetched: Fetched;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    fetched.keys[i] = k[head * foursOfK + firstFour + i * fourStep];
    fetched.queries[i] = q[head * foursOfK + firstFour + i * fourStep];
  }
  fetched.gate = g[head];
  return fetched;
}

fn takeOperands(fetched: Fetched, local: u32, firstFour: u32) -> Operands {
  let decay = decayOf(vec4<f32>(fetched.gate));
  var mine: Operands;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = fetched.keys[i];
    mine.queries[i] = fetched.queries[i] * params.scale;
    mine.decays[i] = decay;
  }
  return mine;
}
