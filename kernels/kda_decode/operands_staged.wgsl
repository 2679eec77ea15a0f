// kda_decode / operands_staged: a workgroup reads q, k and g once and exponentiates g once, in workgroup memory.

var<workgroup> stagedKeys: array<vec4<f32>, foursOfK>;
var<workgroup> stagedQueries: array<vec4<f32>, foursOfK>; // times scale
var<workgroup> stagedDecays: array<vec4<f32>, foursOfK>;

fn loadOperands(head: u32, local: u32, firstFour: u32) -> Operands {
  for (var i = local; i < foursOfK; i += threads) {
    stagedKeys[i] = k[head * foursOfK + i];
    stagedQueries[i] = q[head * foursOfK + i] * params.scale;
    stagedDecays[i] = decayOf(g[head * foursOfK + i]);
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
