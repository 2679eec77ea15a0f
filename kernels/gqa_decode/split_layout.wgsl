// gqa_decode / split_layout: what the split derives from its constants, its workgroup memory, and how teams join.
// Linked behind split.wgsl. A unit is 8 neighbouring dims.

const threads: u32 = teams * blocksPerGroup * lanesPerRow;
const rowKeyUnits: u32 = keyDims / 8u;
const rowValueUnits: u32 = valueDims / 8u;
const keyUnits: u32 = rowKeyUnits / lanesPerRow; // of a row a thread reads: lane, lane + lanesPerRow, ...
const valueUnits: u32 = rowValueUnits / lanesPerRow;
const blocksPerKv: u32 = (headsPerKv + headsPerThread - 1u) / headsPerThread;
const pageRows: u32 = 64u;
const tileRows: u32 = teams * rowsPerThread; // a part of a page, or whole ones
const tilePages: u32 = (tileRows + pageRows - 1u) / pageRows;
const sumCount: u32 = rowsPerThread * headsPerThread;
const emptyLse: f32 = -1e30;

// Where q lies in registers, one vector remains here.
const queryVectors: u32 = headsPerThread * keyUnits * 2u;
const queryLanes: u32 = (1u - registerQueries) * blocksPerGroup * lanesPerRow + registerQueries;
const queryStride: u32 = (1u - registerQueries) * queryVectors + 1u; // odd: lanes meet no bank twice

var<workgroup> queryTile: array<array<vec4<f32>, queryStride>, queryLanes>;
var<workgroup> ends: array<array<vec2<f32>, headsPerThread>, teams * blocksPerGroup>; // maximum and sum of a team
var<workgroup> joins: array<array<vec2<f32>, headsPerThread>, blocksPerGroup>;        // and of all teams
var<workgroup> shares: array<array<array<vec4<f32>, threads>, 2>, 2>;

// Maximum and sum of one head over all teams.
fn joinEnds(block: u32, head: u32) {
  var best = emptyLse;
  for (var first = 0u; first < teams; first += joinBatch) {
    // @unroll
    for (var t = 0u; t < joinBatch; t++) {
      best = max(best, ends[(first + t) * blocksPerGroup + block][head].x);
    }
  }
  var sum = 0.0;
  for (var first = 0u; first < teams; first += joinBatch) {
    // @unroll
    for (var t = 0u; t < joinBatch; t++) {
      let end = ends[(first + t) * blocksPerGroup + block][head];
      sum = fma(exp2(end.x - best), end.y, sum);
    }
  }
  joins[block][head] = vec2<f32>(best, sum);
}

// The sum of a unit's shares in one buffer, of all teams' threads in the place of `member`.
fn joinShares(buffer: u32, member: u32) -> array<vec4<f32>, 2> {
  var unit: array<vec4<f32>, 2>;
  for (var first = 0u; first < teams; first += joinBatch) {
    var batch: array<array<vec4<f32>, 2>, joinBatch>;
    // @unroll
    for (var t = 0u; t < joinBatch; t++) {
      let thread = (first + t) * lanesPerRow * blocksPerGroup + member;
      batch[t][0] = shares[buffer][0][thread];
      batch[t][1] = shares[buffer][1][thread];
    }
    // @unroll
    for (var t = 0u; t < joinBatch; t++) {
      unit[0] += batch[t][0];
      unit[1] += batch[t][1];
    }
  }
  return unit;
}
