enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// mla_prefill / matrix: causal softmax attention of a block of queries of one head, products on matrix units.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys; the longest blocks come first. Subgroups stand in a
// grid: one owns rowTiles x keyTiles matrices of a tile's scores, and rowTiles x dimTiles matrices of the outputs. Its
// queries stay in registers as matrices. Weights are exp2(s - m) in f16, with m a maximum of the row that follows only
// where it has grown by more than slack: a matrix has no scale per row, so outputs are rescaled through memory then.
// Workgroup memory: a tile of k, of v, and of scores in f32, which weights overwrite; rows are padded by 16 bytes.
// Linked with matrix_layout.wgsl, layout.wgsl, io_f16.wgsl and one of one_range and more_ranges.

const keyDim: u32 = 192u;   // K
const valueDim: u32 = 128u; // V
const matrixM: u32 = 16u;   // rows of a left matrix
const matrixN: u32 = 16u;   // columns of a right matrix
const matrixK: u32 = 16u;   // what they share
const subgroupSize: u32 = 32u;
const rowGroups: u32 = 2u;  // subgroups along queries
const colGroups: u32 = 2u;  // subgroups along keys, and along channels of v
const rowTiles: u32 = 2u;   // matrices of a subgroup along queries
const tileKeys: u32 = 32u;
const tilesPerTurn: u32 = 1u;      // tiles in one turn of the loop over keys
const valueTileLength: u32 = 544u; // vec4s: a tile of v, or a matrix of each subgroup
alias Fetched = vec4<u32>;         // 8 channels of q, k or v

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let block = blockOf(group, groups.y, blockRows);
  let firstRow = block.firstRow;
  let lastRow = block.lastRow;
  let colGroup = subgroup % colGroups;
  let matrixRow = subgroup / colGroups * rowTiles * matrixM; // the subgroup's first row in the block
  let row = thread / lanesPerRow;
  let part = thread % lanesPerRow;
  let seen = visibleKeys(firstRow + row);
  let seenByAll = visibleKeys(firstRow);
  let seenByAny = visibleKeys(lastRow);

  var queries: array<Left, rowTiles * keySteps>;
  for (var first = 0u; first < blockRows; first += tileKeys) {
    for (var at = thread; at < tileKeys * keyEights; at += threads) {
      let source = queryRow(block, min(firstRow + first + at / keyEights, lastRow));
      putKey(at, q[source * keyEights + at % keyEights]);
    }
    workgroupBarrier(); // these queries are in place
    for (var r = 0u; r < rowTiles; r++) {
      let inTile = matrixRow + r * matrixM - first;
      if (inTile < tileKeys) {
        for (var s = 0u; s < keySteps; s++) {
          let at = inTile * keyStride + s * matrixK / 8u;
          queries[r * keySteps + s] = subgroupMatrixLoad<Left, row_major>(&keyTile, at, keyStride);
        }
      }
    }
    workgroupBarrier(); // they are in registers
  }

  var outputs: array<Sum, rowTiles * dimTiles>;
  for (var i = 0u; i < rowTiles * dimTiles; i++) {
    outputs[i] = Sum();
  }
  var maximum = least; // of the row, base 2
  var sum = 0.0;       // of the row, over this lane's keys
  var nextKeys: array<vec4<u32>, keyLoads>;
  var nextValues: array<vec4<u32>, valueLoads>;
  for (var at = thread; at < tileKeys * keyEights; at += threads) {
    putKey(at, keyAt(block, at, 0u));
  }
  if (thread == 0u) {
    hasGrown = 0u;
  }
  workgroupBarrier(); // the first keys are in place

  for (var turn = 0u; turn < seenByAny; turn += tilesPerTurn * tileKeys) {
    for (var tile = 0u; tile < tilesPerTurn; tile++) {
      let first = turn + tile * tileKeys; // past the end all its keys are masked
      // @stage fetch
      for (var z = 0u; z < valueLoads; z++) {
        nextValues[z] = valueAt(block, thread + z * threads, first);
      }
      for (var z = 0u; z < keyLoads; z++) {
        nextKeys[z] = keyAt(block, thread + z * threads, first + tileKeys);
      }
      // @end
      var products: array<Sum, rowTiles * keyTiles>;
      for (var i = 0u; i < rowTiles * keyTiles; i++) {
        products[i] = Sum();
      }
      // @stage scores
      for (var s = 0u; s < keySteps; s++) {
        for (var n = 0u; n < keyTiles; n++) {
          let at = (colGroup * keyTiles + n) * matrixN * keyStride + s * matrixK / 8u;
          let keys = subgroupMatrixLoad<Right, col_major>(&keyTile, at, keyStride);
          for (var r = 0u; r < rowTiles; r++) {
            let i = r * keyTiles + n;
            products[i] = subgroupMatrixMultiplyAccumulate(queries[r * keySteps + s], keys, products[i]);
          }
        }
      }
      // @end
      for (var r = 0u; r < rowTiles; r++) {
        for (var n = 0u; n < keyTiles; n++) {
          let at = (matrixRow + r * matrixM) * scoreStride + (colGroup * keyTiles + n) * matrixN / 4u;
          subgroupMatrixStore<row_major>(&scores, at, products[r * keyTiles + n], scoreStride);
        }
      }
      workgroupBarrier(); // scores are in place; keys are used up, and so are values

      // @stage staging
      for (var z = 0u; z < valueLoads; z++) {
        putValue(thread + z * threads, nextValues[z]);
      }
      for (var z = 0u; z < keyLoads; z++) {
        putKey(thread + z * threads, nextKeys[z]);
      }
      // @end

      // @stage softmax
      let isEdge = first + tileKeys > seenByAll;
      var score: array<vec4<f32>, vectorsPerLane>;
      var largest = vec4<f32>(masked);
      for (var x = 0u; x < vectorsPerLane; x++) {
        score[x] = bitcast<vec4<f32>>(scores[row * scoreStride + part * vectorsPerLane + x]) * params.scale;
        if (isEdge) {
          let key = first + (part * vectorsPerLane + x) * 4u + vec4<u32>(0u, 1u, 2u, 3u);
          score[x] = select(vec4<f32>(masked), score[x], key < vec4<u32>(seen));
        }
        largest = max(largest, score[x]);
      }
      var best = max(max(largest.x, largest.y), max(largest.z, largest.w));
      if (lanesPerRow > 1u) {
        best = max(best, subgroupShuffleXor(best, 1u));
      }
      if (lanesPerRow > 2u) {
        best = max(best, subgroupShuffleXor(best, 2u));
      }
      var factor = 1.0;
      if (best > maximum + slack) {
        factor = exp2(maximum - best);
        maximum = best;
        hasGrown = 1u; // whoever writes, writes 1
      }
      if (part == 0u) {
        factors[row] = factor;
      }
      sum *= factor;
      for (var x = 0u; x < vectorsPerLane; x += 2u) {
        let low = exp2(score[x] - maximum);
        let high = exp2(score[x + 1u] - maximum);
        let words = vec4<u32>(
          pack2x16float(low.xy),
          pack2x16float(low.zw),
          pack2x16float(high.xy),
          pack2x16float(high.zw),
        );
        let pairs = unpack2x16float(words.x) + unpack2x16float(words.y) + unpack2x16float(words.z) +
          unpack2x16float(words.w); // what the product will see
        sum += pairs.x + pairs.y;
        scores[row * scoreStride + weightUnit(part) + x / 2u] = words; // over scores this lane has read
      }
      // @end
      let grown = workgroupUniformLoad(&hasGrown); // and a barrier: weights and values are in place
      if (thread == 0u) {
        hasGrown = 0u;
      }
      // @stage rescale
      if (grown == 1u && first > 0u) {
        let own = subgroup * matrixUnits;
        for (var r = 0u; r < rowTiles; r++) {
          for (var d = 0u; d < dimTiles; d++) {
            subgroupMatrixStore<row_major>(&valueTile, own, outputs[r * dimTiles + d], matrixN / 4u);
            workgroupBarrier(); // a matrix of each subgroup is in memory
            for (var at = thread % subgroupSize; at < matrixUnits; at += subgroupSize) {
              let factor = factors[matrixRow + r * matrixM + at / (matrixN / 4u)];
              valueTile[own + at] = bitcast<vec4<u32>>(bitcast<vec4<f32>>(valueTile[own + at]) * factor);
            }
            workgroupBarrier(); // it is rescaled
            outputs[r * dimTiles + d] = subgroupMatrixLoad<Sum, row_major>(&valueTile, own, matrixN / 4u);
            workgroupBarrier(); // it is back in registers
          }
        }
        for (var z = 0u; z < valueLoads; z++) {
          putValue(thread + z * threads, nextValues[z]);
        }
        workgroupBarrier(); // values are in place again
      }
      // @end
      // @stage outputs
      for (var s = 0u; s < tileKeys / matrixK; s++) {
        var left: array<Left, rowTiles>;
        for (var r = 0u; r < rowTiles; r++) {
          let key = s * matrixK;
          let column = weightUnit(key / keysPerLane) + key % keysPerLane / 8u;
          let at = (matrixRow + r * matrixM) * scoreStride + column;
          left[r] = subgroupMatrixLoad<Left, row_major>(&scores, at, scoreStride);
        }
        for (var d = 0u; d < dimTiles; d++) {
          let at = s * matrixK * valueStride + (colGroup * dimTiles + d) * matrixN / 8u;
          let right = subgroupMatrixLoad<Right, row_major>(&valueTile, at, valueStride);
          for (var r = 0u; r < rowTiles; r++) {
            let i = r * dimTiles + d;
            outputs[i] = subgroupMatrixMultiplyAccumulate(left[r], right, outputs[i]);
          }
        }
      }
      // @end
      workgroupBarrier(); // weights are used up, and the next keys are in place
    }
  }

  if (lanesPerRow > 1u) {
    sum += subgroupShuffleXor(sum, 1u);
  }
  if (lanesPerRow > 2u) {
    sum += subgroupShuffleXor(sum, 2u);
  }
  if (part == 0u && firstRow + row <= lastRow) {
    let at = queryRow(block, firstRow + row);
    let share = shareOf(at, select(masked, (maximum + log2(sum)) * 0.69314718, sum > 0.0));
    lse[at] = share.lse;
    factors[row] = share.own / max(sum, 1e-30);
    earlier[row] = share.earlier;
  }
  for (var d = 0u; d < dimTiles; d++) {
    workgroupBarrier(); // the column before is written, and so are the factors
    for (var r = 0u; r < rowTiles; r++) {
      let at = (matrixRow + r * matrixM) * scoreStride + colGroup * matrixN / 4u;
      subgroupMatrixStore<row_major>(&scores, at, outputs[r * dimTiles + d], scoreStride);
    }
    workgroupBarrier(); // a column of matrices is in memory
    for (var at = thread; at < blockRows * columnUnits; at += threads) {
      let i = at / columnUnits;
      let column = at % columnUnits;
      let unit = (column / (matrixN / 4u) * dimTiles + d) * (matrixN / 4u) + column % (matrixN / 4u);
      if (firstRow + i <= lastRow) {
        let own = bitcast<vec4<f32>>(scores[i * scoreStride + column]) * factors[i];
        writeUnit(block, firstRow + i, unit, own, earlier[i]);
      }
    }
  }
}

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

// mla_prefill / layout: what every formulation binds, and which keys a query sees. A unit is 4 neighbouring channels.
// A dispatch takes a window of queries and a range of keys. Rows count from the window's first query, keys from the
// range's first key.

struct Params {
  heads: u32,      // H
  kvHeads: u32,    // G
  headsPerKv: u32, // H / G
  tokens: u32,     // queries of a sequence in the binding
  firstToken: u32, // of the window, in the binding
  rows: u32,       // queries of the window
  keys: u32,       // keys of a sequence in the binding
  firstKey: u32,   // of the range, in the binding
  rangeKeys: u32,  // keys of the range
  before: u32,     // keys that come before the range
  seen: u32,       // keys the window's first query sees, counted from the very first
  isFirst: u32,    // 1: the window's first range
  isLast: u32,     // 1: the window's last range
  scale: f32,      // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<Fetched>;         // [B, tokens, H, keyUnits]
@group(0) @binding(2) var<storage, read> k: array<Fetched>;         // [B, keys, G, keyUnits]
@group(0) @binding(3) var<storage, read> v: array<Fetched>;         // [B, keys, G, valueUnits]
@group(0) @binding(4) var<storage, read_write> o: array<Unit>;      // [B, tokens, H, valueUnits]
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;     // [B, tokens, H]

// Keys of the range that a query of the window sees.
fn visibleKeys(row: u32) -> u32 {
  return min(max(params.seen + row, params.before) - params.before, params.rangeKeys);
}

// A block of queries of one head.
struct Block {
  head: u32,
  sequence: u32,
  firstRow: u32,
  lastRow: u32,
  keyBase: u32, // row of k and v, in the bindings, of the range's first key
}

// The block of a workgroup (head, block, sequence): the longest blocks come first.
fn blockOf(group: vec3<u32>, blocks: u32, blockRows: u32) -> Block {
  let firstRow = (blocks - 1u - group.y) * blockRows;
  let lastRow = min(firstRow + blockRows, params.rows) - 1u;
  let firstKey = group.z * params.keys + params.firstKey;
  return Block(group.x, group.z, firstRow, lastRow, firstKey * params.kvHeads + group.x / params.headsPerKv);
}

fn queryRow(block: Block, row: u32) -> u32 {
  let token = block.sequence * params.tokens + params.firstToken + row;
  return token * params.heads + block.head;
}

// A key past the range's end repeats the last one.
fn keyRow(block: Block, key: u32) -> u32 {
  return block.keyBase + min(key, params.rangeKeys - 1u) * params.kvHeads;
}

// mla_prefill / io_f16: q, k, v and o as pairs of halves in u32 words, so that no shader-f16 feature is needed.

alias Unit = vec2<u32>;

fn widen(unit: Unit) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(unit.x), unpack2x16float(unit.y));
}

fn narrow(values: vec4<f32>) -> Unit {
  return vec2<u32>(pack2x16float(values.xy), pack2x16float(values.zw));
}

// mla_prefill / one_range: the window's only range of keys, whose answer is the answer.

// What a range's own outputs and the earlier ranges' outputs count for in the answer, and the answer's lse.
struct Share {
  own: f32,
  earlier: f32,
  lse: f32,
}

fn shareOf(at: u32, own: f32) -> Share {
  return Share(1.0, 0.0, own);
}

// Writes a unit of a range's own outputs, already multiplied by their share.
fn writeUnit(block: Block, row: u32, unit: u32, values: vec4<f32>, earlier: f32) {
  o[queryRow(block, row) * valueUnits + unit] = narrow(values);
}
