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
    // @unroll
    for (var r = 0u; r < rowTiles; r++) {
      let inTile = matrixRow + r * matrixM - first;
      if (inTile < tileKeys) {
        // @unroll
        for (var s = 0u; s < keySteps; s++) {
          let at = inTile * keyStride + s * matrixK / 8u;
          queries[r * keySteps + s] = subgroupMatrixLoad<Left, row_major>(&keyTile, at, keyStride);
        }
      }
    }
    workgroupBarrier(); // they are in registers
  }

  var outputs: array<Sum, rowTiles * dimTiles>;
  // @unroll
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
    // @unroll
    for (var tile = 0u; tile < tilesPerTurn; tile++) {
      let first = turn + tile * tileKeys; // past the end all its keys are masked
      // @stage fetch
      // @unroll
      for (var z = 0u; z < valueLoads; z++) {
        nextValues[z] = valueAt(block, thread + z * threads, first);
      }
      // @unroll
      for (var z = 0u; z < keyLoads; z++) {
        nextKeys[z] = keyAt(block, thread + z * threads, first + tileKeys);
      }
      // @end
      var products: array<Sum, rowTiles * keyTiles>;
      // @unroll
      for (var i = 0u; i < rowTiles * keyTiles; i++) {
        products[i] = Sum();
      }
      // @stage scores
      // @unroll
      for (var s = 0u; s < keySteps; s++) {
        // @unroll
        for (var n = 0u; n < keyTiles; n++) {
          let at = (colGroup * keyTiles + n) * matrixN * keyStride + s * matrixK / 8u;
          let keys = subgroupMatrixLoad<Right, col_major>(&keyTile, at, keyStride);
          // @unroll
          for (var r = 0u; r < rowTiles; r++) {
            let i = r * keyTiles + n;
            products[i] = subgroupMatrixMultiplyAccumulate(queries[r * keySteps + s], keys, products[i]);
          }
        }
      }
      // @end
      // @unroll
      for (var r = 0u; r < rowTiles; r++) {
        // @unroll
        for (var n = 0u; n < keyTiles; n++) {
          let at = (matrixRow + r * matrixM) * scoreStride + (colGroup * keyTiles + n) * matrixN / 4u;
          subgroupMatrixStore<row_major>(&scores, at, products[r * keyTiles + n], scoreStride);
        }
      }
      workgroupBarrier(); // scores are in place; keys are used up, and so are values

      // @stage staging
      // @unroll
      for (var z = 0u; z < valueLoads; z++) {
        putValue(thread + z * threads, nextValues[z]);
      }
      // @unroll
      for (var z = 0u; z < keyLoads; z++) {
        putKey(thread + z * threads, nextKeys[z]);
      }
      // @end

      // @stage softmax
      let isEdge = first + tileKeys > seenByAll;
      var score: array<vec4<f32>, vectorsPerLane>;
      var largest = vec4<f32>(masked);
      // @unroll
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
      // @unroll
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
        // @unroll
        for (var r = 0u; r < rowTiles; r++) {
          // @unroll
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
        // @unroll
        for (var z = 0u; z < valueLoads; z++) {
          putValue(thread + z * threads, nextValues[z]);
        }
        workgroupBarrier(); // values are in place again
      }
      // @end
      // @stage outputs
      // @unroll
      for (var s = 0u; s < tileKeys / matrixK; s++) {
        var left: array<Left, rowTiles>;
        // @unroll
        for (var r = 0u; r < rowTiles; r++) {
          let key = s * matrixK;
          let column = weightUnit(key / keysPerLane) + key % keysPerLane / 8u;
          let at = (matrixRow + r * matrixM) * scoreStride + column;
          left[r] = subgroupMatrixLoad<Left, row_major>(&scores, at, scoreStride);
        }
        // @unroll
        for (var d = 0u; d < dimTiles; d++) {
          let at = s * matrixK * valueStride + (colGroup * dimTiles + d) * matrixN / 8u;
          let right = subgroupMatrixLoad<Right, row_major>(&valueTile, at, valueStride);
          // @unroll
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
  // @unroll
  for (var d = 0u; d < dimTiles; d++) {
    workgroupBarrier(); // the column before is written, and so are the factors
    // @unroll
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
