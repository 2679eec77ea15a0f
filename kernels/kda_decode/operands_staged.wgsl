// kda_decode / operands_staged: the first threads read q, k and g, four of a head each, and share them in workgroup
// memory. A workgroup has at least foursOfK threads.

var<workgroup> stagedKeys: array<vec4<f32>, foursOfK>;
var<workgroup> stagedQueries: array<vec4<f32>, foursOfK>; // times scale
var<workgroup> stagedDecays: array<vec4<f32>, foursOfK>;

struct Fetched {
  keys: vec4<f32>,
  queries: vec4<f32>,
  gates: vec4<f32>,
}

fn fetchOperands(head: u32, local: u32, firstFour: u32) -> Fetched {
  var fetched: Fetched;
  if (local < foursOfK) {
    fetched = Fetched(k[head * foursOfK + local], q[head * foursOfK + local], g[head * foursOfK + local]);
  }
  return fetched;
}

fn takeOperands(fetched: Fetched, local: u32, firstFour: u32) -> Operands {
  if (local < foursOfK) {
    stagedKeys[local] = fetched.keys;
    stagedQueries[local] = fetched.queries * params.scale;
    stagedDecays[local] = decayOf(fetched.gates);
  }
  workgroupBarrier(); // keys, queries and decays are complete
  var mine: Operands;
  // @unroll
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = stagedKeys[firstFour + i * fourStep];
    mine.queries[i] = stagedQueries[firstFour + i * fourStep];
    mine.decays[i] = stagedDecays[firstFour + i * fourStep];
  }
  return mine;
}
