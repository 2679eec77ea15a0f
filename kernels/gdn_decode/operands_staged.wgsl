// gdn_decode / operands_staged: the first threads read q and k, four of a head each, and share them in workgroup memory;
// the head's gate is read by every thread. A workgroup has at least foursOfK threads.

var<workgroup> stagedKeys: array<vec4<f32>, foursOfK>;
var<workgroup> stagedQueries: array<vec4<f32>, foursOfK>; // times scale

struct Fetched {
  keys: vec4<f32>,
  queries: vec4<f32>,
  gate: f32,
}

fn fetchOperands(head: u32, local: u32, firstFour: u32) -> Fetched {
  var fetched: Fetched;
  fetched.gate = g[head];
  if (local < foursOfK) {
    fetched.keys = k[head * foursOfK + local];
    fetched.queries = q[head * foursOfK + local];
  }
  return fetched;
}

fn takeOperands(fetched: Fetched, local: u32, firstFour: u32) -> Operands {
  if (local < foursOfK) {
    stagedKeys[local] = fetched.keys;
    stagedQueries[local] = fetched.queries * params.scale;
  }
  workgroupBarrier(); // keys and queries are complete
  let decay = decayOf(vec4<f32>(fetched.gate));
  var mine: Operands;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = stagedKeys[firstFour + i * fourStep];
    mine.queries[i] = stagedQueries[firstFour + i * fourStep];
    mine.decays[i] = decay;
  }
  return mine;
}
