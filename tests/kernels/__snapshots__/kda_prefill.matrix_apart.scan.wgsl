enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// kda_prefill / matrix_scan: carry the state through a window's chunks, oldest first, on matrix units.
// Linked with matrix_halves and matrix_tiles, and with matrix_outputs or matrix_keep.
//   Vn = M (V - kg S),  O = qg S + P Vn,  S' = diag(decay) S + kl^T Vn
// One workgroup owns tileV columns of one head's state: f32 in registers, an f16 copy in workgroup memory as operand.
// Operand tiles are fetched into registers: the next chunk's as soon as this one's have been used (`ahead`), or this
// chunk's where they are used, the next one having been touched meanwhile so that a cache has it.
// kl and P come as sums of two f16; kl^T Vn takes Vn so, too.
// Workgroup memory: the copy [K, tileV + 8] f16 + V - kg S, then Vn, and the low half of Vn, [chunkSize, tileV + 8] f16
// each + sums on their way from matrices to threads, [chunkSize, tileV + 4] and [K, tileV + 4] f32.

const chunkSize: u32 = 64u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 32u; // columns of the state per workgroup (fla: BV)
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
const productParts: u32 = 4u; // subgroups side by side down the rows of [kg; qg] S, or of kg S where `outputs` is false
const productRows: u32 = 1u; // tiles a subgroup computes, down
const productColumns: u32 = 1u; // subgroups across its columns
const updateParts: u32 = 4u; // subgroups down the rows of kl^T Vn
const updateColumns: u32 = 1u;
const ahead: bool = false; // whether tiles are fetched a chunk ahead
const applied: bool = true; // whether prepare has applied M: kg is W = M kg, and V is U = M V
const rowWidth: u32 = 640u; // elements of `rows` a token has
const lift: f32 = 64.0; // kl, qg and P are that much larger than the formulas say
alias Io = f32; // storage type of v, o

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
// Tiles in one piece each, as matrix_prepare writes them.
@group(0) @binding(1) var<storage, read> rows: array<vec4<f16>>; // [B, H, chunks, kg qg kl low, chunkSize, K]
@group(0) @binding(2) var<storage, read> blocks: array<vec4<f16>>; // [B, H, chunks, (M) P low, chunkSize, chunkSize]
@group(0) @binding(3) var<storage, read> decay: array<f32>; // [B, H, chunks, K]
@group(0) @binding(4) var<storage, read> v: array<vec4<Io>>; // [B, T, H, V]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>; // [B, H, K, V]

const subgroups: u32 = productParts * productColumns;
const threads: u32 = subgroups * subgroupSize;
const columns: u32 = tileV / 4u;
const valueVectors: u32 = valueDim / 4u;
const rowStep: u32 = threads / columns;
const tokenRows: u32 = chunkSize / rowStep; // rows of V a thread carries from sums to operands
const stateRows: u32 = keyDim / rowStep;
const halfStride: u32 = columns + 2u; // neighbouring rows begin 4 banks apart
const sumStride: u32 = columns + 1u;
const tileVectors: u32 = tile / 4u;
const tileLength: u32 = tile * tileVectors;
const keyTiles: u32 = keyDim / tile;
const chunkTiles: u32 = chunkSize / tile;
const valueTiles: u32 = tileV / tile;
const keyLength: u32 = chunkSize * keyDim / 4u;
const rowsLength: u32 = chunkSize * rowWidth / 4u;
const blockLength: u32 = chunkSize * chunkSize / 4u;
const blocksLength: u32 = select(3u, 2u, applied) * blockLength;
const scoresAt: u32 = blocksLength - 2u * blockLength;
const scoresLowAt: u32 = blocksLength - blockLength;
const updatesAt: u32 = 2u * keyLength;
const updatesLowAt: u32 = 3u * keyLength;
const productWidth: u32 = valueTiles / productColumns;
const updateRows: u32 = keyTiles / updateParts;
const updateWidth: u32 = valueTiles / updateColumns;
const sectorVectors: u32 = 4u; // the least a cache fetches: 32 bytes
const touches: u32 = (4u * keyLength / sectorVectors + threads - 1u) / threads;
const freshTiles: u32 = (chunkTiles * valueTiles + subgroups - 1u) / subgroups; // tiles of Vn a subgroup computes

var<workgroup> stateHalf: array<vec4<f16>, keyDim * halfStride>;
var<workgroup> values: array<vec4<f16>, chunkSize * halfStride>; // V - kg S, then Vn
var<workgroup> valuesLow: array<vec4<f16>, chunkSize * halfStride>; // what f16 leaves out of Vn
var<workgroup> tokenSums: array<vec4<f32>, chunkSize * sumStride>; // kg S, then Vn, then O
var<workgroup> stateSums: array<vec4<f32>, keyDim * sumStride>; // kl^T Vn

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let firstColumn = workgroup.x * columns;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  let column = thread % columns;
  let row = thread / columns;
  let productPart = subgroup % productParts;
  let productColumn = subgroup / productParts * productWidth;
  let updatePart = subgroup % updateParts;
  let updateColumn = subgroup / updateParts * updateWidth;
  let firstChunk = workgroup.y * chunks;

  var carried: array<vec4<f32>, stateRows>;
  for (var z = 0u; z < stateRows; z++) {
    let r = row + z * rowStep;
    carried[z] = state[(workgroup.y * keyDim + r) * valueVectors + firstColumn + column];
    let copy = vec4<f16>(carried[z]);
    stateHalf[r * halfStride + column] = copy;
    keep(firstChunk, r, firstColumn + column, copy);
  }

  // Tiles of the chunk at hand.
  var keys: array<Left, productRows * keyTiles>;
  var scores: array<Left, productRows * chunkTiles>;
  var scoresLow: array<Left, productRows * chunkTiles>;
  var inverses: array<Left, freshTiles * chunkTiles>;
  var updates: array<Left, updateRows * chunkTiles>;
  var updatesLow: array<Left, updateRows * chunkTiles>;
  if (ahead) {
    fetchKeys(&keys, firstChunk, productPart);
    if (outputs) {
      fetchScores(&scores, firstChunk, scoresAt, productPart);
      fetchScores(&scoresLow, firstChunk, scoresLowAt, productPart);
    }
    fetchUpdates(&updates, firstChunk, updatesAt, updatePart);
    fetchUpdates(&updatesLow, firstChunk, updatesLowAt, updatePart);
    if (!applied) {
      fetchInverses(&inverses, firstChunk, subgroup);
    }
  }
  var seen = 0u;
  workgroupBarrier(); // the copy of the state is complete

  for (var c = 0u; c < chunks; c++) {
    let chunk = firstChunk + c;
    let next = firstChunk + min(c + 1u, chunks - 1u);
    let start = params.first + c * chunkSize;
    var value: array<vec4<f32>, tokenRows>;
    for (var z = 0u; z < tokenRows; z++) {
      if (applied) {
        let r = row + z * rowStep;
        let x = firstColumn + column;
        let inTile = r % tile * tileVectors + x % tileVectors;
        let t = (r / tile * (valueDim / tile) + x / tileVectors) * tileLength;
        value[z] = vec4<f32>(rows[chunk * rowsLength + 4u * keyLength + t + inTile]);
      } else {
        let t = start + row + z * rowStep;
        let at = (tokenBase + min(t, params.last - 1u)) * params.heads + head;
        let loaded = vec4<f32>(v[at * valueVectors + firstColumn + column]);
        value[z] = select(vec4<f32>(0.0), loaded, t < params.last);
      }
    }
    var fade: array<f32, stateRows>;
    for (var z = 0u; z < stateRows; z++) {
      fade[z] = decay[chunk * keyDim + row + z * rowStep];
    }

    var touched: array<vec4<f16>, touches>;
    if (!ahead) {
      for (var z = 0u; z < touches; z++) {
        let x = (thread + z * threads) * sectorVectors;
        touched[z] = rows[next * rowsLength + min(x, 4u * keyLength - 1u)];
      }
      fetchKeys(&keys, chunk, productPart);
    }

    // [kg; qg] S. Tint does not zero a bare `var` again in each round of a loop; a value given is assigned.
    var products: array<Sum, productRows * productWidth>;
    for (var i = 0u; i < productRows * productWidth; i++) {
      products[i] = Sum();
    }
    // @stage products with the state
    for (var z = 0u; z < keyTiles; z++) {
      for (var j = 0u; j < productWidth; j++) {
        let at = z * tile * halfStride + (productColumn + j) * tileVectors;
        let right = subgroupMatrixLoad<Right, row_major>(&stateHalf, at, halfStride);
        for (var i = 0u; i < productRows; i++) {
          let p = i * productWidth + j;
          products[p] = subgroupMatrixMultiplyAccumulate(keys[i * keyTiles + z], right, products[p]);
        }
      }
    }
    // @end
    for (var i = 0u; i < productRows; i++) {
      let r = productPart + i * productParts;
      if (r < chunkTiles) {
        for (var j = 0u; j < productWidth; j++) {
          let at = r * tile * sumStride + (productColumn + j) * tileVectors;
          subgroupMatrixStore<row_major>(&tokenSums, at, products[i * productWidth + j], sumStride);
        }
      }
    }
    // @stage tiles ahead
    if (ahead) {
      fetchKeys(&keys, next, productPart);
    }
    // @end
    workgroupBarrier(); // kg S is complete
    for (var z = 0u; z < tokenRows; z++) {
      let r = row + z * rowStep;
      let rest = value[z] - tokenSums[r * sumStride + column];
      let copy = highOf(rest);
      values[r * halfStride + column] = copy;
      if (applied) {
        valuesLow[r * halfStride + column] = lowOf(rest);
        keep(chunk, keyDim + r, firstColumn + column, copy);
      }
    }
    workgroupBarrier(); // V - kg S is complete

    if (!applied) {
      // @stage new values
      // Vn = M (V - kg S)
      if (!ahead) {
        fetchInverses(&inverses, chunk, subgroup);
      }
      var fresh: array<Sum, freshTiles>;
      for (var i = 0u; i < freshTiles; i++) {
        fresh[i] = Sum();
        let job = subgroup + i * subgroups;
        if (job < chunkTiles * valueTiles) {
          let x = job % valueTiles * tileVectors;
          for (var z = 0u; z < chunkTiles; z++) {
            let right = subgroupMatrixLoad<Right, row_major>(&values, z * tile * halfStride + x, halfStride);
            fresh[i] = subgroupMatrixMultiplyAccumulate(inverses[i * chunkTiles + z], right, fresh[i]);
          }
          let at = job / valueTiles * tile * sumStride + x;
          subgroupMatrixStore<row_major>(&tokenSums, at, fresh[i], sumStride);
        }
      }
      // @end
      // @stage tiles ahead
      if (ahead) {
        fetchInverses(&inverses, next, subgroup);
      }
      // @end
      workgroupBarrier(); // Vn is complete, and V - kg S used
      for (var z = 0u; z < tokenRows; z++) {
        let r = row + z * rowStep;
        let sum = tokenSums[r * sumStride + column];
        let copy = highOf(sum);
        values[r * halfStride + column] = copy;
        valuesLow[r * halfStride + column] = lowOf(sum);
        keep(chunk, keyDim + r, firstColumn + column, copy);
      }
      workgroupBarrier(); // the copy of Vn is complete, and its sums are free
    }

    // @stage state update
    // kl^T Vn
    if (!ahead) {
      fetchUpdates(&updates, chunk, updatesAt, updatePart);
      fetchUpdates(&updatesLow, chunk, updatesLowAt, updatePart);
    }
    var sums: array<Sum, updateRows * updateWidth>;
    for (var i = 0u; i < updateRows * updateWidth; i++) {
      sums[i] = Sum();
    }
    for (var z = 0u; z < chunkTiles; z++) {
      for (var j = 0u; j < updateWidth; j++) {
        let at = z * tile * halfStride + (updateColumn + j) * tileVectors;
        let right = subgroupMatrixLoad<Right, row_major>(&values, at, halfStride);
        let rightLow = subgroupMatrixLoad<Right, row_major>(&valuesLow, at, halfStride);
        for (var i = 0u; i < updateRows; i++) {
          let p = i * updateWidth + j;
          sums[p] = subgroupMatrixMultiplyAccumulate(updatesLow[i * chunkTiles + z], right, sums[p]);
          sums[p] = subgroupMatrixMultiplyAccumulate(updates[i * chunkTiles + z], rightLow, sums[p]);
          sums[p] = subgroupMatrixMultiplyAccumulate(updates[i * chunkTiles + z], right, sums[p]);
        }
      }
    }
    for (var i = 0u; i < updateRows; i++) {
      for (var j = 0u; j < updateWidth; j++) {
        let at = (updatePart + i * updateParts) * tile * sumStride + (updateColumn + j) * tileVectors;
        subgroupMatrixStore<row_major>(&stateSums, at, sums[i * updateWidth + j], sumStride);
      }
    }
    // @end

    // @stage outputs
    // O = qg S + P Vn
    if (outputs && !ahead) {
      fetchScores(&scores, chunk, scoresAt, productPart);
      fetchScores(&scoresLow, chunk, scoresLowAt, productPart);
    }
    for (var i = 0u; i < productRows; i++) {
      let r = productPart + i * productParts;
      if (outputs && r >= chunkTiles) {
        for (var j = 0u; j < productWidth; j++) {
          let p = i * productWidth + j;
          let x = (productColumn + j) * tileVectors;
          for (var z = 0u; z < chunkTiles; z++) {
            let right = subgroupMatrixLoad<Right, row_major>(&values, z * tile * halfStride + x, halfStride);
            products[p] = subgroupMatrixMultiplyAccumulate(scoresLow[i * chunkTiles + z], right, products[p]);
            products[p] = subgroupMatrixMultiplyAccumulate(scores[i * chunkTiles + z], right, products[p]);
          }
          let at = (r - chunkTiles) * tile * sumStride + x;
          subgroupMatrixStore<row_major>(&tokenSums, at, products[p], sumStride);
        }
      }
    }
    // @end
    // @stage tiles ahead
    if (ahead) {
      fetchUpdates(&updates, next, updatesAt, updatePart);
      fetchUpdates(&updatesLow, next, updatesLowAt, updatePart);
      if (outputs) {
        fetchScores(&scores, next, scoresAt, productPart);
        fetchScores(&scoresLow, next, scoresLowAt, productPart);
      }
    }
    // @end
    workgroupBarrier(); // kl^T Vn and O are complete

    // S' = diag(decay) S + kl^T Vn
    for (var z = 0u; z < stateRows; z++) {
      let r = row + z * rowStep;
      carried[z] = fma(vec4<f32>(fade[z]), carried[z], stateSums[r * sumStride + column] / lift);
      let copy = vec4<f16>(carried[z]);
      stateHalf[r * halfStride + column] = copy;
      if (c + 1u < chunks) {
        keep(next, r, firstColumn + column, copy);
      }
    }
    for (var z = 0u; z < tokenRows; z++) {
      let r = row + z * rowStep;
      let t = start + r;
      if (outputs && t < params.last) {
        let at = ((tokenBase + t) * params.heads + head) * valueVectors + firstColumn + column;
        giveOutput(at, tokenSums[r * sumStride + column] / lift);
      }
    }
    if (!ahead) {
      for (var z = 0u; z < touches; z++) {
        seen |= bitcast<vec2<u32>>(touched[z]).x;
      }
    }
    workgroupBarrier(); // the copy of the state is complete, and all sums are free
  }
  if (params.tokens == 0u) { // never; but what was touched counts as used
    carried[0].x += f32(seen);
  }

  for (var z = 0u; z < stateRows; z++) {
    let r = row + z * rowStep;
    state[(workgroup.y * keyDim + r) * valueVectors + firstColumn + column] = carried[z];
  }
}

// kda_prefill / matrix_halves: an f32 as the sum of two f16, 22 bits of it, for matrix_prepare and matrix_scan.

// The nearest value of 11 bits, found in the bits: compilers may take vec4<f32>(vec4<f16>(a)) for a (Mesa 26 does), and
// what is left of a for zero. NaN stays NaN: rounded up, 0x7fffffff would be zero.
fn nearest(a: vec4<f32>) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(a);
  let rounded = (bits + vec4<u32>(0x1000u)) & vec4<u32>(0xffffe000u);
  let isNaN = (bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
  return bitcast<vec4<f32>>(select(rounded, bits, isNaN));
}

fn highOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(nearest(a));
}

fn lowOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(a - nearest(a));
}

// kda_prefill / matrix_tiles: operand tiles of a chunk from memory into a subgroup's registers, for matrix_scan.

// Tiles of kg and qg: a part's rows of tiles, all of K.
fn fetchKeys(tiles: ptr<function, array<Left, productRows * keyTiles>>, chunk: u32, part: u32) {
  for (var i = 0u; i < productRows; i++) {
    let at = chunk * rowsLength + (part + i * productParts) * keyTiles * tileLength;
    for (var z = 0u; z < keyTiles; z++) {
      tiles[i * keyTiles + z] = subgroupMatrixLoad<Left, row_major>(&rows, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of a half of P, which lies at `base` of a chunk's blocks, for the rows of qg.
fn fetchScores(tiles: ptr<function, array<Left, productRows * chunkTiles>>, chunk: u32, base: u32, part: u32) {
  for (var i = 0u; i < productRows; i++) {
    let r = (part + i * productParts) % chunkTiles;
    let at = chunk * blocksLength + base + r * chunkTiles * tileLength;
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&blocks, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of M.
fn fetchInverses(tiles: ptr<function, array<Left, freshTiles * chunkTiles>>, chunk: u32, subgroup: u32) {
  for (var i = 0u; i < freshTiles; i++) {
    let r = (subgroup + i * subgroups) / valueTiles % chunkTiles;
    let at = chunk * blocksLength + r * chunkTiles * tileLength;
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&blocks, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of a half of kl^T, which lies at `base` of a chunk's rows.
fn fetchUpdates(tiles: ptr<function, array<Left, updateRows * chunkTiles>>, chunk: u32, base: u32, part: u32) {
  for (var i = 0u; i < updateRows; i++) {
    let at = chunk * rowsLength + base + (part + i * updateParts) * tileLength;
    for (var z = 0u; z < chunkTiles; z++) {
      let x = at + z * keyTiles * tileLength;
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, col_major>(&rows, x, tileVectors);
    }
  }
}

// kda_prefill / matrix_keep: the scan keeps each chunk's S and Vn, and matrix_output computes outputs.

const outputs: bool = false;

@group(0) @binding(6) var<storage, read_write> kept: array<vec4<f16>>; // [B, H, chunks, K of S + chunkSize of Vn, V]

fn giveOutput(at: u32, value: vec4<f32>) {}

fn keep(chunk: u32, r: u32, x: u32, value: vec4<f16>) {
  kept[(chunk * (keyDim + chunkSize) + r) * valueVectors + x] = value;
}
