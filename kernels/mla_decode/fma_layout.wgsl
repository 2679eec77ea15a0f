// mla_decode / fma_layout: what the fma split derives from its tunables, and its workgroup memory.
// Linked behind fma_split.wgsl. A unit is 8 neighbouring dims, a quad 4.

const rowUnits: u32 = 72u;   // 576 / 8
const valueUnits: u32 = 64u; // 512 / 8
const rowQuads: u32 = 144u;
const pageRows: u32 = 64u;
const tilePages: u32 = (keysPerTile + pageRows - 1u) / pageRows;
const emptyLse: f32 = -1e30;

// Scores: a thread owns keysPerThread keys x headsPerThread heads over one of the dimGroups units of every slice.
const keyLanes: u32 = keysPerTile / keysPerThread;
const headLanes: u32 = headsPerGroup / headsPerThread;
const dimGroups: u32 = threads / (keyLanes * headLanes);
const slices: u32 = rowUnits / dimGroups; // each a unit of every dim group
const threadVectors: u32 = headsPerThread / 4u;
const chunks: u32 = keysPerThread * threadVectors; // vectors of 4 heads' products of one key
const keyUnits: u32 = keysPerTile * dimGroups;
const keyLoads: u32 = (keyUnits + threads - 1u) / threads;
const queryQuads: u32 = headsPerGroup * dimGroups * 2u;
const queryLoads: u32 = (queryQuads + threads - 1u) / threads;
const queryStride: u32 = headsPerThread * 2u + 1u; // odd: head lanes meet no bank twice

// Softmax: a thread owns keysPerPart keys of one head.
const parts: u32 = threads / headsPerGroup;
const keysPerPart: u32 = (keysPerTile + parts - 1u) / parts;

// Values: a thread owns one unit of dims x valueHeads heads.
const valueGroups: u32 = threads / valueUnits;
const valueHeads: u32 = headsPerGroup / valueGroups;
const valueVectors: u32 = valueHeads / 4u;
const steps: u32 = keysPerTile / rowsPerStep;
const stepVectors: u32 = rowsPerStep * valueVectors + 1u; // odd, as queryStride

// Nested so that what differs among the reads of one loop is a constant index: naga clamps every other one.
var<workgroup> keyTile: array<array<array<CacheUnit, dimGroups * keyLanes>, keysPerThread>, 2>;
var<workgroup> queryTile: array<array<array<vec4<f32>, queryStride>, dimGroups * headLanes>, 2>;
var<workgroup> scores: array<array<array<vec4<f32>, stepVectors>, valueGroups>, steps>;
var<workgroup> partials: array<array<f32, headsPerGroup>, parts>;
var<workgroup> factors: array<array<vec4<f32>, valueVectors>, valueGroups>; // what the heads' o is multiplied by
