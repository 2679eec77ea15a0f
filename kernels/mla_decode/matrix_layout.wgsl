// mla_decode / matrix_layout: what the matrix split derives from its tunables, and its workgroup memory.
// Memory that matrices are loaded from or stored to is vec4: rows must be aligned to 16 bytes.
// Linked behind matrix_split.wgsl. A unit is 8 neighbouring dims.

const rowUnits: u32 = 72u;        // 576 / 8
const rowStride: u32 = 73u;       // odd: the rows of a matrix meet no bank twice
const valueDims: u32 = 512u;
const valueUnits: u32 = 64u;      // 512 / 8
const pageRows: u32 = 64u;
const emptyLse: f32 = -1e30;
const slack: f32 = 8.0;           // weights stay below 2^8

const subgroups: u32 = headParts * keyParts * dimParts;
const threads: u32 = subgroups * subgroupSize;
const queryLoads: u32 = 4u; // units of q a thread fetches at a time
const tileUnits: u32 = keysPerTile * rowUnits;
const tileLoads: u32 = (tileUnits + threads - 1u) / threads;
const allDimSteps: u32 = 576u / matrixK;
const dimSteps: u32 = (allDimSteps + dimParts - 1u) / dimParts; // of a subgroup
const headTiles: u32 = headsPerGroup / (headParts * matrixM);   // matrices of a subgroup along heads,
const keyTiles: u32 = keysPerTile / (keyParts * matrixN);       // along keys in the scores,
const groupTiles: u32 = headsPerGroup / matrixM;              // along all heads in the values
const valueTiles: u32 = valueDims / (subgroups * matrixN);    // and along dims there
const valueSteps: u32 = keysPerTile / matrixK;
const keysAhead: u32 = (dimSteps + 1u) / 2u;              // matrices of keys, for each of keyTiles, and of values
const valuesAhead: u32 = valueSteps * valueTiles / 2u;    // that a subgroup reads ahead of their products
const scoreStride: u32 = keysPerTile / 4u + 1u;  // odd, as rowStride
const weightStride: u32 = keysPerTile / 8u;
const partsPerHead: u32 = keysPerTile / 8u;      // threads that share a head in the softmax, 8 keys each
const slotQuads: u32 = matrixM * matrixN / 4u;   // vectors of one matrix of o,
const rowQuads: u32 = matrixN / 4u;              // and of its rows

alias Left = subgroup_matrix_left<f16, matrixK, matrixM>;
alias Right = subgroup_matrix_right<f16, matrixN, matrixK>;
alias Sum = subgroup_matrix_result<f32, matrixN, matrixM>;

var<workgroup> tile: array<vec4<u32>, keysPerTile * rowStride>; // [keysPerTile, rowStride]
var<workgroup> scores: array<vec4<f32>, dimParts * headsPerGroup * scoreStride>; // [dimParts, headsPerGroup, scoreStride]
var<workgroup> weights: array<vec4<u32>, headsPerGroup * weightStride>; // [headsPerGroup, keysPerTile] in halves
var<workgroup> factors: array<f32, headsPerGroup>; // what the heads' o is multiplied by
var<workgroup> hasGrown: u32; // 1 where a maximum did
