// mla_decode / layout: what the split pass derives from its tunables, its buffers and its workgroup memory.
// Linked behind split.wgsl. A unit is 4 neighbouring dims.

const rowUnits: u32 = 144u;   // 576 / 4
const valueUnits: u32 = 128u; // 512 / 4
const pageRows: u32 = 64u;
const emptyLse: f32 = -1e30;

const keyLanes: u32 = keysPerTile / keysPerLane;
const headLanes: u32 = headsPerGroup / headsPerThread;
const dimGroups: u32 = threads / (keyLanes * headLanes);
const groupUnits: u32 = rowUnits / dimGroups;
const slices: u32 = groupUnits / unitsPerSlice;
const keyUnits: u32 = dimGroups * keysPerTile * unitsPerSlice;
const keyLoads: u32 = (keyUnits + threads - 1u) / threads;
const keyStride: u32 = unitsPerSlice / 2u * 2u + 1u; // odd: neighbouring lanes meet no bank twice
const queryUnits: u32 = dimGroups * headsPerGroup * unitsPerSlice;
const queryLoads: u32 = (queryUnits * stageQueries + threads - 1u) / threads;
const queryVectors: u32 = queryUnits * stageQueries + 1u - stageQueries;
const headVectors: u32 = headsPerGroup / 4u;
const threadVectors: u32 = headsPerThread / 4u;
const scoreStride: u32 = headVectors / 2u * 2u + 1u; // odd, as keyStride
const parts: u32 = threads / headVectors; // threads that share 4 heads in the softmax
const keysPerPart: u32 = (keysPerTile + parts - 1u) / parts;
const valueLanes: u32 = valueUnits / unitsPerThread;
const valueHeads: u32 = headsPerGroup * valueLanes / threads; // heads of a thread in the value product
const valueVectors: u32 = valueHeads / 4u;

struct Params {
  heads: u32,
  tableWidth: u32, // entries of a block table row
  splits: u32,
  scale: f32, // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;          // [N, H, rowUnits]
@group(0) @binding(2) var<storage, read> cache: array<CacheUnit>;      // [P, pageRows, rowUnits]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;      // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>;    // [N]
@group(0) @binding(5) var<storage, read_write> o: array<vec4<f32>>;    // [N, H, splits, valueUnits]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;        // [N, H, splits]

var<workgroup> keyTile: array<CacheUnit, dimGroups * keysPerTile * keyStride>; // [dimGroups, keysPerTile, keyStride]
var<workgroup> queryTile: array<vec4<f32>, queryVectors>; // [dimGroups, unitsPerSlice, headsPerGroup]
var<workgroup> scores: array<vec4<f32>, keysPerTile * scoreStride>; // [keysPerTile, headVectors padded]
var<workgroup> factors: array<vec4<f32>, headVectors>; // what the heads' o is multiplied by
