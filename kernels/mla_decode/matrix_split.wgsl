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
const headsPerGroup: u32 = 32u; // heads per workgroup
const headParts: u32 = 2u;      // subgroups along heads
const keyParts: u32 = 1u;       // subgroups along keys
const dimParts: u32 = 4u;       // subgroups along the 576 dims
const subgroupSize: u32 = 32u;
const slots: u32 = 4u;          // matrices of a subgroup that leave through the tile's memory at a time
const matrixM: u32 = 16u;       // rows of a left matrix
const matrixN: u32 = 16u;       // columns of a right matrix
const matrixK: u32 = 16u;       // what they share
alias CacheUnit = vec4<u32>;    // 8 values of the cache as stored

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
  // @unroll
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
    // @unroll
    for (var m = 0u; m < headTiles; m++) {
      let row = matrixHead + m * matrixM - first; // of the matrix in these rows, or beyond them
      if (row < keysPerTile) {
        // @unroll
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
    // @unroll
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
  // @unroll
  for (var first = 0u; first < groupTiles * valueTiles; first += slots) {
    // @unroll
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
