// mla_prefill / matrix_layout: what the matrix pass derives from its tunables, its workgroup memory and where it reads.
// Linked behind matrix.wgsl.

const threads: u32 = rowGroups * colGroups * subgroupSize;
const blockRows: u32 = rowGroups * rowTiles * matrixM;
const keyTiles: u32 = tileKeys / (colGroups * matrixN);
const dimTiles: u32 = valueDim / (colGroups * matrixN);
const keySteps: u32 = keyDim / matrixK;
const valueUnits: u32 = valueDim / 4u;
const keyEights: u32 = keyDim / 8u;
const valueEights: u32 = valueDim / 8u;
const keyStride: u32 = keyEights + 1u;
const valueStride: u32 = valueEights + 1u;
const scoreStride: u32 = tileKeys / 4u + 1u;
const keyLoads: u32 = (tileKeys * keyEights + threads - 1u) / threads;
const valueLoads: u32 = (tileKeys * valueEights + threads - 1u) / threads;
const lanesPerRow: u32 = threads / blockRows; // in the softmax
const keysPerLane: u32 = tileKeys / lanesPerRow;
const vectorsPerLane: u32 = keysPerLane / 4u; // of scores; half as many of weights
const isPaired: u32 = 2u / vectorsPerLane; // 1: weights of two neighbouring lanes make one matrix's row
const matrixUnits: u32 = matrixM * matrixN / 4u;
const columnUnits: u32 = colGroups * matrixN / 4u; // of one matrix of each subgroup in a row
const masked: f32 = -1e30; // score of a key a query does not see
const least: f32 = -1e29;  // maximum over none: exp2(masked - least) is 0
const slack: f32 = 8.0;    // weights stay below 2^8

alias Left = subgroup_matrix_left<f16, matrixK, matrixM>;
alias Right = subgroup_matrix_right<f16, matrixN, matrixK>;
alias Sum = subgroup_matrix_result<f32, matrixN, matrixM>;

var<workgroup> keyTile: array<vec4<u32>, tileKeys * keyStride>;     // [tileKeys, keyDim]
var<workgroup> valueTile: array<vec4<u32>, valueTileLength>;        // [tileKeys, valueDim]
var<workgroup> scores: array<vec4<u32>, blockRows * scoreStride>;   // [blockRows, tileKeys], as bits
var<workgroup> factors: array<f32, blockRows>; // what a row's outputs are multiplied by
var<workgroup> earlier: array<f32, blockRows>; // what the earlier ranges' outputs count for
var<workgroup> hasGrown: u32;

// Where the weights of a lane begin in a row of scores: inside its own scores, and where two lanes have one vec4 of them
// each, next to each other.
fn weightUnit(part: u32) -> u32 {
  return part * vectorsPerLane + isPaired * (1u - part % 2u);
}

// Eight channels of a tile, fetched and put into workgroup memory: `at` counts them row by row.
fn keyAt(block: Block, at: u32, firstKey: u32) -> vec4<u32> {
  return k[keyRow(block, firstKey + at / keyEights) * keyEights + at % keyEights];
}

fn valueAt(block: Block, at: u32, firstKey: u32) -> vec4<u32> {
  return v[keyRow(block, firstKey + at / valueEights) * valueEights + at % valueEights];
}

fn putKey(at: u32, channels: vec4<u32>) {
  if (at < tileKeys * keyEights) {
    keyTile[at / keyEights * keyStride + at % keyEights] = channels;
  }
}

fn putValue(at: u32, channels: vec4<u32>) {
  if (at < tileKeys * valueEights) {
    valueTile[at / valueEights * valueStride + at % valueEights] = channels;
  }
}
