enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// mla_decode / matrix_split: softmax attention of a group of heads over one slice of a sequence's cached rows, products
// on matrix units.
//   s = scale q . row [576]     o = softmax(s) row[0..512]     lse = ln sum exp(s)
// Workgroup (split, head group, sequence) walks its tiles of keysPerTile rows. q stays in registers as matrices; a
// subgroup scores its share of heads, keys and dims, and owns its share of the dims of all heads' o. Weights are exp2(s - m)
// in f16 with a maximum m that follows only where it has grown by more than slack: a matrix has no scale per row, so
// that o is rescaled through memory then.
// Workgroup memory: rows of the tiles, padded by 16 bytes + a share of scores per dim part + weights.
// Rows beyond the sequence's end repeat its last one with weight 0: their page may hold anything.
// Linked with matrix_layout.wgsl, matrix_products.wgsl, matrix_stage.wgsl, split_bindings.wgsl with one of partial_*,
// pages.wgsl with one of cache_*, and one of half_f16 and half_f32 (halves).

const keysPerTile: u32 = 16u;   // cached rows per tile; divides a page
const headsPerGroup: u32 = 16u; // heads per workgroup
const headParts: u32 = 1u;      // subgroups along heads
const keyParts: u32 = 1u;       // subgroups along keys
const dimParts: u32 = 4u;       // subgroups along the 576 dims
const subgroupSize: u32 = 32u;
const slots: u32 = 4u;          // matrices of a subgroup that leave through the tile's memory at a time
const matrixM: u32 = 16u;       // rows of a left matrix
const matrixN: u32 = 16u;       // columns of a right matrix
const matrixK: u32 = 16u;       // what they share
alias CacheUnit = array<vec4<f32>, 2>;    // 8 values of the cache as stored

// Rows of a tile inside the sequence.
fn liveRows(rows: u32, index: u32) -> u32 {
  return min(keysPerTile, rows - index * keysPerTile);
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let split = group.x;
  let firstHead = group.y * headsPerGroup;
  let sequence = group.z;
  let queryRow = sequence * params.heads;
  let rows = u32(cache_seqlens[sequence]);
  let tiles = (rows + keysPerTile - 1u) / keysPerTile;
  let firstTile = split * tiles / params.splits;
  let lastTile = (split + 1u) * tiles / params.splits;

  let local = subgroup * subgroupSize + lane;
  let headPart = subgroup % headParts;
  let dimPart = subgroup / (headParts * keyParts);
  let matrixHead = headPart * headTiles * matrixM; // the subgroup's first head
  let head = min(local / partsPerHead, headsPerGroup - 1u);
  let part = local % partsPerHead;
  let isSpare = local >= headsPerGroup * partsPerHead; // in the softmax: repeats the last head and writes nothing

  var maximum = emptyLse; // of `head`, base 2, at most slack below the true one
  var sum = 0.0;          // of `head` over this thread's keys
  var outputs: array<Sum, groupTiles * valueTiles>;
  for (var i = 0u; i < groupTiles * valueTiles; i++) {
    outputs[i] = Sum();
  }
  var pending: array<CacheUnit, tileLoads>; // the tile after the one in workgroup memory
  var next: Place;                          // where the tile after that lies
  if (firstTile < lastTile) { // a branch of its own: what is fetched under a condition is under way while q is
    fetchTile(local, placeOf(sequence, firstTile * keysPerTile), liveRows(rows, firstTile), &pending);
    next = placeOf(sequence, min(firstTile + 1u, lastTile - 1u) * keysPerTile);
  }
  var queries: array<Left, dimSteps * headTiles>;
  for (var first = 0u; first < headsPerGroup; first += keysPerTile) {
    stageQueries(local, queryRow, firstHead + first);
    workgroupBarrier(); // these heads' q is in place
    for (var m = 0u; m < headTiles; m++) {
      let row = matrixHead + m * matrixM - first; // of the matrix in these rows, or beyond them
      if (row < keysPerTile) {
        for (var i = 0u; i < dimSteps; i++) {
          let step = min(dimPart + i * dimParts, allDimSteps - 1u);
          queries[i * headTiles + m] = subgroupMatrixLoad<Left, row_major>(
            &tile, row * rowStride + step * matrixK / 8u, rowStride);
        }
      }
    }
    workgroupBarrier(); // it is in registers
  }

  for (var index = firstTile; index < lastTile; index++) {
    // @stage staging
    storeTile(local, &pending);
    // @end
    if (local == 0u) {
      hasGrown = 0u;
    }
    workgroupBarrier(); // the tile is in place
    // @stage staging
    if (index + 1u < lastTile) {
      fetchTile(local, next, liveRows(rows, index + 1u), &pending);
    }
    next = placeOf(sequence, min(index + 2u, lastTile - 1u) * keysPerTile);
    // @end

    // @stage scores
    scoreTile(subgroup, &queries);
    // @end
    workgroupBarrier(); // scores are in place

    // @stage softmax
    let live = liveRows(rows, index);
    var low = vec4<f32>(0.0); // scores of this thread's 8 keys
    var high = vec4<f32>(0.0);
    for (var d = 0u; d < dimParts; d++) {
      low += scores[(d * headsPerGroup + head) * scoreStride + part * 2u];
      high += scores[(d * headsPerGroup + head) * scoreStride + part * 2u + 1u];
    }
    let key = part * 8u + vec4<u32>(0u, 1u, 2u, 3u);
    low = select(vec4<f32>(emptyLse), low * params.scale, key < vec4<u32>(live));
    high = select(vec4<f32>(emptyLse), high * params.scale, key + 4u < vec4<u32>(live));
    let largest = max(low, high);
    var best = max(max(largest.x, largest.y), max(largest.z, largest.w));
    for (var width = 1u; width < partsPerHead; width *= 2u) {
      best = max(best, subgroupShuffleXor(best, width));
    }
    var factor = 1.0;
    if (best > maximum + slack) {
      factor = exp2(maximum - best);
      maximum = best;
      sum *= factor;
      hasGrown = 1u;
    }
    if (part == 0u && !isSpare) {
      factors[head] = factor;
    }
    low = exp2(low - maximum);
    high = exp2(high - maximum);
    let words = pack(low, high);
    let pairs = unpack2x16float(words.x) + unpack2x16float(words.y) + unpack2x16float(words.z) +
      unpack2x16float(words.w); // what the product will see
    sum += pairs.x + pairs.y;
    if (!isSpare) {
      weights[head * weightStride + part] = words;
    }
    // @end
    // Also the barrier after which weights and factors are in place.
    if (workgroupUniformLoad(&hasGrown) != 0u && index > firstTile) {
      rescale(subgroup, lane, &outputs);
    }
    // @stage values
    addValues(subgroup, &outputs);
    // @end
    workgroupBarrier(); // the tile is used up
  }

  for (var width = 1u; width < partsPerHead; width *= 2u) {
    sum += subgroupShuffleXor(sum, width);
  }
  if (part == 0u && !isSpare) {
    if (firstHead + head < params.heads) {
      factors[head] = writeSum(queryRow + firstHead + head, split, maximum, sum);
    }
  }
  workgroupBarrier(); // factors are in place
  // @stage output
  for (var first = 0u; first < groupTiles * valueTiles; first += slots) {
    for (var i = first; i < first + slots; i++) {
      subgroupMatrixStore<row_major>(&tile, (subgroup * slots + i - first) * slotQuads, outputs[i], rowQuads);
    }
    workgroupBarrier(); // these matrices are in their slots
    for (var at = lane * 2u; at < slots * slotQuads; at += subgroupSize * 2u) {
      let i = first + at / slotQuads;
      let row = i / valueTiles * matrixM + at % slotQuads / rowQuads;
      if (firstHead + row < params.heads) {
        let unit = ((subgroup * valueTiles + i % valueTiles) * rowQuads + at % rowQuads) / 2u;
        let slot = subgroup * slots * slotQuads + at;
        writeUnit(((queryRow + firstHead + row) * params.splits + split) * valueUnits + unit,
          bitcast<vec4<f32>>(tile[slot]) * factors[row], bitcast<vec4<f32>>(tile[slot + 1u]) * factors[row]);
      }
    }
    workgroupBarrier(); // the slots are free
  }
  // @end
}

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

// mla_decode / split_bindings: what a split pass of either formulation is given, and what it leaves: the answer where
// there is one split, else that of its share, and per head the maximum (base 2) its weights are relative to and their sum.
// The cache's buffers are declared beside (cache_one, cache_two, cache_four), and o (partial_f32, partial_f16: writeUnit).
// Linked before write_sum.wgsl.

struct Params {
  heads: u32,
  tableWidth: u32, // entries of a block table row
  splits: u32,
  bufferPages: u32, // pages of the pool in a buffer
  scale: f32, // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;          // [N, H, 576 / 4]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;      // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>;    // [N]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;        // [N, H], or maximum and sum [N, H, splits, 2]

// paged / write_sum: what remains of a head's weights: lse where there is one split, else the maximum (base 2) its share's
// weights are relative to and their sum. Returns what o is to be multiplied by.
fn writeSum(row: u32, split: u32, maximum: f32, sum: f32) -> f32 {
  if (params.splits > 1u) {
    lse[(row * params.splits + split) * 2u] = maximum;
    lse[(row * params.splits + split) * 2u + 1u] = sum;
  } else {
    lse[row] = select(emptyLse, (maximum + log2(sum)) * 0.69314718, sum > 0.0);
  }
  return select(0.0, 1.0 / sum, sum > 0.0);
}

// mla_decode / matrix_products: what a subgroup does with the tile in workgroup memory. It reads some matrices of rows
// ahead of their products, in a ring.

alias Queries = array<Left, dimSteps * headTiles>;
alias Outputs = array<Sum, groupTiles * valueTiles>;

// Its dims' share of the scores of its heads and keys.
fn scoreTile(subgroup: u32, queries: ptr<function, Queries>) {
  let headPart = subgroup % headParts;
  let keyPart = subgroup / headParts % keyParts;
  let dimPart = subgroup / (headParts * keyParts);
  let keys = keyPart * keyTiles * matrixN * rowStride;
  var products: array<Sum, headTiles * keyTiles>;
  for (var i = 0u; i < headTiles * keyTiles; i++) {
    products[i] = Sum();
  }
  var keyRing: array<Right, keysAhead * keyTiles>;
  for (var i = 0u; i < keysAhead; i++) {
    for (var n = 0u; n < keyTiles; n++) {
      keyRing[i * keyTiles + n] = subgroupMatrixLoad<Right, col_major>(
        &tile, keys + n * matrixN * rowStride + (dimPart + i * dimParts) * matrixK / 8u, rowStride);
    }
  }
  for (var i = 0u; i < dimSteps; i++) {
    if (allDimSteps % dimParts == 0u || dimPart + i * dimParts < allDimSteps) {
      for (var n = 0u; n < keyTiles; n++) {
        for (var m = 0u; m < headTiles; m++) {
          products[m * keyTiles + n] = subgroupMatrixMultiplyAccumulate(
            (*queries)[i * headTiles + m], keyRing[i % keysAhead * keyTiles + n], products[m * keyTiles + n]);
        }
      }
    }
    if (i + keysAhead < dimSteps) {
      let step = min(dimPart + (i + keysAhead) * dimParts, allDimSteps - 1u);
      for (var n = 0u; n < keyTiles; n++) {
        keyRing[i % keysAhead * keyTiles + n] = subgroupMatrixLoad<Right, col_major>(
          &tile, keys + n * matrixN * rowStride + step * matrixK / 8u, rowStride);
      }
    }
  }
  for (var m = 0u; m < headTiles; m++) {
    for (var n = 0u; n < keyTiles; n++) {
      let at = (dimPart * headsPerGroup + (headPart * headTiles + m) * matrixM) * scoreStride;
      subgroupMatrixStore<row_major>(
        &scores, at + (keyPart * keyTiles + n) * matrixN / 4u, products[m * keyTiles + n], scoreStride);
    }
  }
}

// Adds weights . values, over its dims of all heads.
fn addValues(subgroup: u32, outputs: ptr<function, Outputs>) {
  let values = subgroup * valueTiles * matrixN / 8u;
  var weight: array<Left, valueSteps * groupTiles>;
  for (var k = 0u; k < valueSteps; k++) {
    for (var m = 0u; m < groupTiles; m++) {
      weight[k * groupTiles + m] = subgroupMatrixLoad<Left, row_major>(
        &weights, m * matrixM * weightStride + k * matrixK / 8u, weightStride);
    }
  }
  var valueRing: array<Right, valuesAhead>;
  for (var i = 0u; i < valuesAhead; i++) {
    valueRing[i] = subgroupMatrixLoad<Right, row_major>(
      &tile, values + i / valueTiles * matrixK * rowStride + i % valueTiles * matrixN / 8u, rowStride);
  }
  for (var i = 0u; i < valueSteps * valueTiles; i++) {
    for (var m = 0u; m < groupTiles; m++) {
      (*outputs)[m * valueTiles + i % valueTiles] = subgroupMatrixMultiplyAccumulate(
        weight[i / valueTiles * groupTiles + m], valueRing[i % valuesAhead], (*outputs)[m * valueTiles + i % valueTiles]);
    }
    if (i + valuesAhead < valueSteps * valueTiles) {
      let later = i + valuesAhead;
      valueRing[i % valuesAhead] = subgroupMatrixLoad<Right, row_major>(
        &tile, values + later / valueTiles * matrixK * rowStride + later % valueTiles * matrixN / 8u, rowStride);
    }
  }
}

// Multiplies its share of o by its heads' factors.
fn rescale(subgroup: u32, lane: u32, outputs: ptr<function, Outputs>) {
  let slot = subgroup * slotQuads; // its own part of `scores`, where o passes through
  for (var m = 0u; m < groupTiles; m++) {
    for (var n = 0u; n < valueTiles; n++) {
      subgroupMatrixStore<row_major>(&scores, slot, (*outputs)[m * valueTiles + n], rowQuads);
      workgroupBarrier(); // the subgroup's matrix is in its slot
      for (var i = lane; i < slotQuads; i += subgroupSize) {
        scores[slot + i] *= factors[m * matrixM + i / rowQuads];
      }
      workgroupBarrier(); // it is scaled
      (*outputs)[m * valueTiles + n] = subgroupMatrixLoad<Sum, row_major>(&scores, slot, rowQuads);
    }
  }
}

// mla_decode / matrix_stage: rows of the cache and of q on their way into the tile's memory, in halves.
// The rows of a tile lie in one page, one behind the other: thread after thread takes unit after unit.

fn pack(low: vec4<f32>, high: vec4<f32>) -> vec4<u32> {
  return vec4<u32>(
    pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));
}

// Beyond the `live` rows inside the sequence, their last unit over and over: finite, for weights of 0 to multiply.
fn fetchTile(local: u32, place: Place, live: u32, pending: ptr<function, array<CacheUnit, tileLoads>>) {
  for (var i = 0u; i < tileLoads; i++) {
    (*pending)[i] = cached(place.buffer, place.unit + min(local + i * threads, live * rowUnits - 1u));
  }
}

fn storeTile(local: u32, pending: ptr<function, array<CacheUnit, tileLoads>>) {
  for (var i = 0u; i < tileLoads; i++) {
    let at = local + i * threads;
    if (tileUnits % threads == 0u || at < tileUnits) {
      tile[at + at / rowUnits] = halves((*pending)[i]);
    }
  }
}

// As many heads' q as a tile has rows. A head beyond H repeats q's last unit; its answer is not read.
fn stageQueries(local: u32, queryRow: u32, firstHead: u32) {
  let source = (queryRow + firstHead) * rowUnits;
  let last = (queryRow + params.heads) * rowUnits - 1u;
  for (var first = local; first < tileUnits; first += queryLoads * threads) {
    var units: array<vec4<u32>, queryLoads>;
    for (var i = 0u; i < queryLoads; i++) {
      let unit = min(source + first + i * threads, last);
      units[i] = pack(q[unit * 2u], q[unit * 2u + 1u]);
    }
    for (var i = 0u; i < queryLoads; i++) {
      let at = first + i * threads;
      if (at < tileUnits) {
        tile[at + at / rowUnits] = units[i];
      }
    }
  }
}

// mla_decode / pages: where a row of a sequence lies in the pool, whose pages may be in several buffers.
// Linked with one of cache_one, cache_two and cache_four (cached).

// A row of the pool: the buffer it is in, and its first unit there.
struct Place {
  buffer: u32,
  unit: u32,
}

fn placeOf(sequence: u32, row: u32) -> Place {
  let page = u32(block_table[sequence * params.tableWidth + row / pageRows]);
  let buffer = page / params.bufferPages;
  return Place(buffer, ((page - buffer * params.bufferPages) * pageRows + row % pageRows) * rowUnits);
}

// mla_decode / cache_one: the whole pool in one buffer.

@group(0) @binding(2) var<storage, read> cache: array<CacheUnit>; // [P, pageRows, rowUnits]

fn cached(buffer: u32, unit: u32) -> CacheUnit {
  return cache[unit];
}

// paged / partial_f32: o as a split leaves it, in single precision: an answer, or a share of one.

@group(0) @binding(5) var<storage, read_write> o: array<vec4<f32>>; // [N, H, splits, V / 4]

fn writeUnit(at: u32, low: vec4<f32>, high: vec4<f32>) {
  o[at * 2u] = low;
  o[at * 2u + 1u] = high;
}

// mla_decode / half_f32: the cache is in single precision, and is rounded on its way to the matrix units.

fn halves(unit: array<vec4<f32>, 2>) -> vec4<u32> {
  return pack(unit[0], unit[1]);
}
