enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// kda_prefill / matrix_output: O = qg S + P Vn, all chunks at once.
// One workgroup computes `width` columns of a chunk of a head. A subgroup has one row of tiles.
// Workgroup memory: S over Vn [K + chunkSize, width + 8] f16 + O on its way to threads [chunkSize, width + 4] f32.

const chunkSize: u32 = 64u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const rowWidth: u32 = 640u; // elements of `rows` a token has
const blockCount: u32 = 2u; // squares of `blocks` a chunk has, the halves of P the last
const lift: f32 = 64.0; // qg and P are that much larger than the formulas say
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
alias Io = f32; // storage type of o

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
}

alias Left = subgroup_matrix_left<f16, tile, tile>;
alias Right = subgroup_matrix_right<f16, tile, tile>;
alias Sum = subgroup_matrix_result<f32, tile, tile>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4<f16>>; // [B, H, chunks, kg qg kl low (V), chunkSize, K] in tiles
@group(0) @binding(2) var<storage, read> blocks: array<vec4<f16>>; // [B, H, chunks, (M) P low, chunkSize, chunkSize] in tiles
@group(0) @binding(3) var<storage, read> kept: array<vec4<f16>>; // [B, H, chunks, K of S + chunkSize of Vn, V]
@group(0) @binding(4) var<storage, read_write> o: array<vec4<Io>>; // [B, T, H, V]

const width: u32 = 64u; // columns of a workgroup
const columns: u32 = width / 4u;
const chunkTiles: u32 = chunkSize / tile;
const threads: u32 = chunkTiles * subgroupSize;
const keyTiles: u32 = keyDim / tile;
const widthTiles: u32 = width / tile;
const valueVectors: u32 = valueDim / 4u;
const halfStride: u32 = columns + 2u; // neighbouring rows begin 4 banks apart
const sumStride: u32 = columns + 1u;
const tileVectors: u32 = tile / 4u;
const tileLength: u32 = tile * tileVectors;
const blockLength: u32 = chunkSize * chunkSize / 4u;

var<workgroup> right: array<vec4<f16>, (keyDim + chunkSize) * halfStride>;
var<workgroup> sums: array<vec4<f32>, chunkSize * sumStride>;

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let chunk = workgroup.y * chunks + workgroup.x;
  let start = params.first + workgroup.x * chunkSize;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  let firstColumn = workgroup.z * columns;

  for (var i = thread; i < (keyDim + chunkSize) * columns; i += threads) {
    let at = (chunk * (keyDim + chunkSize) + i / columns) * valueVectors + firstColumn + i % columns;
    right[i / columns * halfStride + i % columns] = kept[at];
  }
  workgroupBarrier(); // S and Vn are complete

  let keysAt = chunk * chunkSize * rowWidth / 4u + chunkSize * keyDim / 4u + subgroup * keyTiles * tileLength;
  let scoresAt = (chunk * blockCount + blockCount - 2u) * blockLength +
    subgroup * chunkTiles * tileLength;
  var products: array<Sum, widthTiles>;
  for (var j = 0u; j < widthTiles; j++) {
    products[j] = Sum();
  }
  for (var z = 0u; z < keyTiles; z++) {
    let left = subgroupMatrixLoad<Left, row_major>(&rows, keysAt + z * tileLength, tileVectors);
    for (var j = 0u; j < widthTiles; j++) {
      let at = z * tile * halfStride + j * tileVectors;
      let state = subgroupMatrixLoad<Right, row_major>(&right, at, halfStride);
      products[j] = subgroupMatrixMultiplyAccumulate(left, state, products[j]);
    }
  }
  for (var z = 0u; z < chunkTiles; z++) {
    if (z <= subgroup) { // tiles above the diagonal are zero
      let at = scoresAt + z * tileLength;
      let high = subgroupMatrixLoad<Left, row_major>(&blocks, at, tileVectors);
      let low = subgroupMatrixLoad<Left, row_major>(&blocks, at + blockLength, tileVectors);
      for (var j = 0u; j < widthTiles; j++) {
        let at = (keyDim + z * tile) * halfStride + j * tileVectors;
        let fresh = subgroupMatrixLoad<Right, row_major>(&right, at, halfStride);
        products[j] = subgroupMatrixMultiplyAccumulate(low, fresh, products[j]);
        products[j] = subgroupMatrixMultiplyAccumulate(high, fresh, products[j]);
      }
    }
  }
  for (var j = 0u; j < widthTiles; j++) {
    let at = subgroup * tile * sumStride + j * tileVectors;
    subgroupMatrixStore<row_major>(&sums, at, products[j], sumStride);
  }
  workgroupBarrier(); // O is complete

  for (var i = thread; i < chunkSize * columns; i += threads) {
    let t = start + i / columns;
    if (t < params.last) {
      let at = ((tokenBase + t) * params.heads + head) * valueVectors + firstColumn + i % columns;
      o[at] = vec4<Io>(sums[i / columns * sumStride + i % columns] / lift);
    }
  }
}
