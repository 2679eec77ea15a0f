enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// delta_prefill / matrix_scan: carry the state through a window's chunks, oldest first, on matrix units.
// Linked with matrix_halves and matrix_tiles.
//   Vn = M (V - kg S),  O = qg S + P Vn,  S' = diag(decay) S + kl^T Vn
// One workgroup owns tileV columns of one head's state: f32 in registers, an f16 copy in workgroup memory as operand.
// What a chunk reads from memory is fetched into registers as soon as the one before has been used.
// kl and P come as sums of two f16; kl^T Vn takes Vn so, too.
// Workgroup memory: the copy [K, tileV + 8] f16 + V - kg S, then Vn, and the low half of Vn, [chunkSize, tileV + 8] f16
// each + sums on their way from matrices to threads, [chunkSize, tileV + 4] and [K, tileV + 4] f32.

const chunkSize: u32 = 32u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 16u; // columns of the state per workgroup (fla: BV)
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
const productParts: u32 = 4u; // subgroups side by side down the rows of [kg; qg] S
const productRows: u32 = 1u; // tiles a subgroup computes, down
const productColumns: u32 = 1u; // subgroups across its columns
const updateParts: u32 = 4u; // subgroups down the rows of kl^T Vn
const updateColumns: u32 = 1u;
const rowWidth: u32 = 512u; // elements of `rows` a token has
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
@group(0) @binding(1) var<storage, read> rows: array<vec4<f16>>; // [B, H, chunks, kg qg kl^T low, chunkSize, K]
@group(0) @binding(2) var<storage, read> blocks: array<vec4<f16>>; // [B, H, chunks, M P low, chunkSize, chunkSize]
@group(0) @binding(3) var<storage, read> decay: array<f32>; // [B, H, chunks, K]
@group(0) @binding(4) var<storage, read> v: array<vec4<Io>>; // [B, T, H, V]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>; // [B, H, K, V]
@group(0) @binding(6) var<storage, read_write> o: array<vec4<Io>>; // [B, T, H, V]

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
const blocksLength: u32 = 3u * blockLength;
const scoresAt: u32 = blockLength;
const scoresLowAt: u32 = 2u * blockLength;
const updatesAt: u32 = 2u * keyLength;
const updatesLowAt: u32 = 3u * keyLength;
const productWidth: u32 = valueTiles / productColumns;
const updateRows: u32 = keyTiles / updateParts;
const updateWidth: u32 = valueTiles / updateColumns;
const depth: u32 = 4u; // tiles of depth whose right operands are read ahead of products: reads stay where written
const updateDepth: u32 = 2u; // the same of kl^T Vn, which has two halves of each
const freshTiles: u32 = (chunkTiles * valueTiles + subgroups - 1u) / subgroups; // tiles of Vn a subgroup computes

var<workgroup> stateHalf: array<vec4<f16>, keyDim * halfStride>;
var<workgroup> values: array<vec4<f16>, chunkSize * halfStride>; // V - kg S, then Vn
var<workgroup> valuesLow: array<vec4<f16>, chunkSize * halfStride>; // what f16 leaves out of Vn
var<workgroup> tokenSums: array<vec4<f32>, chunkSize * sumStride>; // kg S, then Vn, then O
var<workgroup> stateSums: array<vec4<f32>, keyDim * sumStride>; // kl^T Vn

// Vector x of V at token `start + r` of a sequence; past the last token anything, and not counted.
fn valueOf(tokenBase: u32, start: u32, r: u32, head: u32, x: u32) -> vec4<Io> {
  let at = (tokenBase + min(start + r, params.last - 1u)) * params.heads + head;
  return v[at * valueVectors + x];
}

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
  let vector = firstColumn + column; // of V
  let row = thread / columns;
  let productPart = subgroup % productParts;
  let productColumn = subgroup / productParts * productWidth;
  let updatePart = subgroup % updateParts;
  let updateColumn = subgroup / updateParts * updateWidth;
  let firstChunk = workgroup.y * chunks;

  var carried: array<vec4<f32>, stateRows>;
  for (var z = 0u; z < stateRows; z++) {
    let r = row + z * rowStep;
    carried[z] = state[(workgroup.y * keyDim + r) * valueVectors + vector];
    stateHalf[r * halfStride + column] = vec4<f16>(carried[z]);
  }

  // Tiles of the chunk at hand.
  var keys: array<Left, productRows * keyTiles>;
  var scores: array<Left, productRows * chunkTiles>;
  var scoresLow: array<Left, productRows * chunkTiles>;
  var inverses: array<Left, freshTiles * chunkTiles>;
  var updates: array<Left, updateRows * chunkTiles>;
  var updatesLow: array<Left, updateRows * chunkTiles>;
  fetchKeys(&keys, firstChunk, productPart);
  fetchInverses(&inverses, firstChunk, subgroup);
  fetchUpdates(&updates, firstChunk, updatesAt, updatePart);
  fetchUpdates(&updatesLow, firstChunk, updatesLowAt, updatePart);
  fetchScores(&scores, firstChunk, scoresAt, productPart);
  fetchScores(&scoresLow, firstChunk, scoresLowAt, productPart);
  var value: array<vec4<Io>, tokenRows>;
  for (var z = 0u; z < tokenRows; z++) {
    value[z] = valueOf(tokenBase, params.first, row + z * rowStep, head, vector);
  }
  var fade: array<f32, stateRows>;
  for (var z = 0u; z < stateRows; z++) {
    fade[z] = decay[firstChunk * keyDim + row + z * rowStep];
  }
  workgroupBarrier(); // the copy of the state is complete

  for (var c = 0u; c < chunks; c++) {
    let next = firstChunk + min(c + 1u, chunks - 1u);
    let start = params.first + c * chunkSize;

    // [kg; qg] S. Tint does not zero a bare `var` again in each round of a loop; a value given is assigned.
    var products: array<Sum, productRows * productWidth>;
    for (var i = 0u; i < productRows * productWidth; i++) {
      products[i] = Sum();
    }
    // @stage products with the state
    for (var first = 0u; first < keyTiles; first += depth) {
      var right: array<Right, depth * productWidth>;
      for (var p = 0u; p < depth * productWidth; p++) {
        let z = first + p / productWidth;
        let at = z * tile * halfStride + (productColumn + p % productWidth) * tileVectors;
        right[p] = subgroupMatrixLoad<Right, row_major>(&stateHalf, at, halfStride);
      }
      for (var z = 0u; z < depth; z++) {
        for (var i = 0u; i < productRows; i++) {
          for (var j = 0u; j < productWidth; j++) {
            let p = i * productWidth + j;
            let left = keys[i * keyTiles + first + z];
            products[p] = subgroupMatrixMultiplyAccumulate(left, right[z * productWidth + j], products[p]);
          }
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
    fetchKeys(&keys, next, productPart);
    // @end
    workgroupBarrier(); // kg S is complete
    for (var z = 0u; z < tokenRows; z++) {
      let r = row + z * rowStep;
      let valid = start + r < params.last;
      let rest = select(vec4<f32>(0.0), vec4<f32>(value[z]), valid) - tokenSums[r * sumStride + column];
      values[r * halfStride + column] = vec4<f16>(rest);
    }
    for (var z = 0u; z < tokenRows; z++) {
      value[z] = valueOf(tokenBase, start + chunkSize, row + z * rowStep, head, vector);
    }
    workgroupBarrier(); // V - kg S is complete

    // @stage new values
    // Vn = M (V - kg S)
    var fresh: array<Sum, freshTiles>;
    for (var i = 0u; i < freshTiles; i++) {
      fresh[i] = Sum();
      let job = subgroup + i * subgroups;
      if (job < chunkTiles * valueTiles) {
        let x = job % valueTiles * tileVectors;
        var right: array<Right, chunkTiles>;
        for (var z = 0u; z < chunkTiles; z++) {
          right[z] = subgroupMatrixLoad<Right, row_major>(&values, z * tile * halfStride + x, halfStride);
        }
        for (var z = 0u; z < chunkTiles; z++) {
          fresh[i] = subgroupMatrixMultiplyAccumulate(inverses[i * chunkTiles + z], right[z], fresh[i]);
        }
        let at = job / valueTiles * tile * sumStride + x;
        subgroupMatrixStore<row_major>(&tokenSums, at, fresh[i], sumStride);
      }
    }
    // @end
    // @stage tiles ahead
    fetchInverses(&inverses, next, subgroup);
    // @end
    workgroupBarrier(); // Vn is complete, and V - kg S used
    for (var z = 0u; z < tokenRows; z++) {
      let r = row + z * rowStep;
      let sum = tokenSums[r * sumStride + column];
      values[r * halfStride + column] = highOf(sum);
      valuesLow[r * halfStride + column] = lowOf(sum);
    }
    workgroupBarrier(); // the copy of Vn is complete, and its sums are free

    // @stage state update
    // kl^T Vn
    var sums: array<Sum, updateRows * updateWidth>;
    for (var i = 0u; i < updateRows * updateWidth; i++) {
      sums[i] = Sum();
    }
    for (var first = 0u; first < chunkTiles; first += updateDepth) {
      var right: array<Right, updateDepth * updateWidth>;
      var rightLow: array<Right, updateDepth * updateWidth>;
      for (var p = 0u; p < updateDepth * updateWidth; p++) {
        let z = first + p / updateWidth;
        let at = z * tile * halfStride + (updateColumn + p % updateWidth) * tileVectors;
        right[p] = subgroupMatrixLoad<Right, row_major>(&values, at, halfStride);
        rightLow[p] = subgroupMatrixLoad<Right, row_major>(&valuesLow, at, halfStride);
      }
      for (var z = 0u; z < updateDepth; z++) {
        for (var i = 0u; i < updateRows; i++) {
          let left = i * chunkTiles + first + z;
          for (var j = 0u; j < updateWidth; j++) {
            let p = i * updateWidth + j;
            sums[p] = subgroupMatrixMultiplyAccumulate(updatesLow[left], right[z * updateWidth + j], sums[p]);
          }
          for (var j = 0u; j < updateWidth; j++) {
            let p = i * updateWidth + j;
            sums[p] = subgroupMatrixMultiplyAccumulate(updates[left], rightLow[z * updateWidth + j], sums[p]);
          }
          for (var j = 0u; j < updateWidth; j++) {
            let p = i * updateWidth + j;
            sums[p] = subgroupMatrixMultiplyAccumulate(updates[left], right[z * updateWidth + j], sums[p]);
          }
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
    for (var i = 0u; i < productRows; i++) {
      let r = productPart + i * productParts;
      if (r >= chunkTiles) {
        for (var j = 0u; j < productWidth; j++) {
          let p = i * productWidth + j;
          let x = (productColumn + j) * tileVectors;
          var right: array<Right, chunkTiles>;
          for (var z = 0u; z < chunkTiles; z++) {
            right[z] = subgroupMatrixLoad<Right, row_major>(&values, z * tile * halfStride + x, halfStride);
          }
          for (var z = 0u; z < chunkTiles; z++) {
            products[p] = subgroupMatrixMultiplyAccumulate(scoresLow[i * chunkTiles + z], right[z], products[p]);
            products[p] = subgroupMatrixMultiplyAccumulate(scores[i * chunkTiles + z], right[z], products[p]);
          }
          let at = (r - chunkTiles) * tile * sumStride + x;
          subgroupMatrixStore<row_major>(&tokenSums, at, products[p], sumStride);
        }
      }
    }
    // @end
    // @stage tiles ahead
    fetchUpdates(&updates, next, updatesAt, updatePart);
    fetchUpdates(&updatesLow, next, updatesLowAt, updatePart);
    fetchScores(&scores, next, scoresAt, productPart);
    fetchScores(&scoresLow, next, scoresLowAt, productPart);
    // @end
    workgroupBarrier(); // kl^T Vn and O are complete

    // S' = diag(decay) S + kl^T Vn
    for (var z = 0u; z < stateRows; z++) {
      let r = row + z * rowStep;
      carried[z] = fma(vec4<f32>(fade[z]), carried[z], stateSums[r * sumStride + column] / lift);
      stateHalf[r * halfStride + column] = vec4<f16>(carried[z]);
    }
    for (var z = 0u; z < stateRows; z++) {
      fade[z] = decay[next * keyDim + row + z * rowStep];
    }
    for (var z = 0u; z < tokenRows; z++) {
      let r = row + z * rowStep;
      let t = start + r;
      if (t < params.last) {
        let at = ((tokenBase + t) * params.heads + head) * valueVectors + vector;
        o[at] = vec4<Io>(tokenSums[r * sumStride + column] / lift);
      }
    }
    workgroupBarrier(); // the copy of the state is complete, and all sums are free
  }

  for (var z = 0u; z < stateRows; z++) {
    let r = row + z * rowStep;
    state[(workgroup.y * keyDim + r) * valueVectors + vector] = carried[z];
  }
}

// delta_prefill / matrix_halves: an f32 as the sum of two f16, 22 bits of it, for matrix_prepare and matrix_scan.

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

// delta_prefill / matrix_tiles: operand tiles of a chunk from memory into a subgroup's registers, for matrix_scan.

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
    let at = chunk * rowsLength + base + (part + i * updateParts) * chunkTiles * tileLength;
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&rows, at + z * tileLength, tileVectors);
    }
  }
}
