// gqa_decode / split: softmax attention of the heads of one or a few KV heads over a slice of a sequence's cached rows.
//   s = scale q . k [K]     o = softmax(s) v [V]     lse = ln sum exp(s)
// Workgroup (head blocks, split, sequence) walks its tiles of tileRows rows. A team of lanesPerRow neighbouring threads
// shares a row: each reads its units of k and v for headsPerThread heads, a block of those of one KV head. Teams of other
// blocks of the same KV head stand beside it and read the same bytes at the same time.
// Scores: a thread's products meet those of its lanes (reduce_*). Then every thread knows its heads' scores, and keeps a
// running maximum in base 2, the sum of the weights and its dims of o for the rows of its own team. Teams meet at the end.
// The next tile's rows are on their way in registers while this one's are multiplied.
// Workgroup memory: two units of o per thread, maxima and sums of the teams, q and products where the variant has them there.
// Rows beyond the sequence's end are never read: a thread without a row reads the last one again, with a weight of 0.
// Linked with split_layout.wgsl, split_bindings.wgsl, tiles.wgsl, and with one each of pools_*, reduce_*, and of paged's
// write_sum, partial_* (writeUnit) and unit_* (widen).

const keyDims: u32 = 128u;      // K
const valueDims: u32 = 128u;    // V
const headsPerKv: u32 = 4u;     // H / G
const headsPerThread: u32 = 4u; // heads in a block
const blocksPerGroup: u32 = 1u; // blocks per workgroup
const teams: u32 = 16u;         // rows a workgroup reads at a time
const lanesPerRow: u32 = 8u;    // threads that share a row, for one block
const rowsPerThread: u32 = 2u;  // rows of a thread in a tile
const registerQueries: u32 = 1u; // 1: q lies in registers, 0: in workgroup memory
const joinBatch: u32 = 8u;      // teams whose shares are read at a time in the end
alias CacheUnit = array<vec4<f32>, 2>; // 8 values of the cache as stored

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let split = group.y;
  let sequence = group.z;
  let rows = u32(cache_seqlens[sequence]);
  let tiles = (rows + tileRows - 1u) / tileRows;
  let firstTile = split * tiles / params.splits;
  let lastTile = (split + 1u) * tiles / params.splits;

  let lane = local % lanesPerRow;
  let ownBlock = local / lanesPerRow % blocksPerGroup;
  let team = local / (lanesPerRow * blocksPerGroup);
  let blocks = params.kvHeads * blocksPerKv;
  let block = min(group.x * blocksPerGroup + ownBlock, blocks - 1u); // beyond the last: that one again, not written
  let kvHead = block / blocksPerKv;
  let firstHead = kvHead * headsPerKv + block % blocksPerKv * headsPerThread;
  let endHead = min(firstHead + headsPerThread, (kvHead + 1u) * headsPerKv);
  let queryRow = sequence * params.heads;

  var keys: array<CacheUnit, rowsPerThread * keyUnits>;
  var values: array<CacheUnit, rowsPerThread * valueUnits>;
  var next: array<Place, tilePages>; // where the next tile's rows lie
  if (firstTile < lastTile) {
    let first = pagesOf(sequence, firstTile, rows);
    let live = min(tileRows, rows - firstTile * tileRows);
    fetchKeys(first, live, team, kvHead, lane, &keys);
    fetchValues(first, live, team, kvHead, lane, &values);
    next = pagesOf(sequence, min(firstTile + 1u, lastTile - 1u), rows);
  }

  var queries: array<vec4<f32>, queryVectors>; // [headsPerThread, keyUnits, 2]
  if (registerQueries == 1u) {
    // @unroll
    for (var i = 0u; i < queryVectors; i++) {
      let row = queryRow + min(firstHead + i / (keyUnits * 2u), endHead - 1u);
      queries[i] = q[row * rowKeyUnits * 2u + (lane + i / 2u % keyUnits * lanesPerRow) * 2u + i % 2u];
    }
  } else {
    for (var i = team; i < queryVectors; i += teams) {
      let row = queryRow + min(firstHead + i / (keyUnits * 2u), endHead - 1u);
      queryTile[ownBlock * lanesPerRow + lane][i] =
        q[row * rowKeyUnits * 2u + (lane + i / 2u % keyUnits * lanesPerRow) * 2u + i % 2u];
    }
    workgroupBarrier(); // q is in place
  }

  var maxima: array<f32, headsPerThread>; // base 2
  var totals: array<f32, headsPerThread>;
  var outputs: array<vec4<f32>, headsPerThread * valueUnits * 2u>; // [headsPerThread, valueUnits, 2]
  // @unroll
  for (var j = 0u; j < headsPerThread; j++) {
    maxima[j] = emptyLse;
    totals[j] = 0.0;
  }
  // @unroll
  for (var i = 0u; i < headsPerThread * valueUnits * 2u; i++) {
    outputs[i] = vec4<f32>(0.0);
  }

  for (var tile = firstTile; tile < lastTile; tile++) {
    let live = min(tileRows, rows - tile * tileRows); // rows of this tile inside the sequence
    let isLast = tile + 1u == lastTile;
    let ahead = next;
    let liveAhead = min(tileRows, rows - min(tile + 1u, lastTile - 1u) * tileRows);
    next = pagesOf(sequence, min(tile + 2u, lastTile - 1u), rows);

    var sums: array<f32, sumCount>; // [rowsPerThread, headsPerThread]: products, then weights
    // @unroll
    for (var i = 0u; i < sumCount; i++) {
      sums[i] = 0.0;
    }
    // @stage scores
    // @unroll
    for (var i = 0u; i < keyUnits * 2u; i++) {
      var wide: array<vec4<f32>, rowsPerThread>;
      // @unroll
      for (var r = 0u; r < rowsPerThread; r++) {
        wide[r] = widen(keys[r * keyUnits + i / 2u], i % 2u);
      }
      // @unroll
      for (var j = 0u; j < headsPerThread; j++) {
        var query = queries[j * keyUnits * 2u + i];
        if (registerQueries == 0u) { // the index is 0 elsewhere, to stay inside of what remains there
          query = queryTile[ownBlock * lanesPerRow + lane][(1u - registerQueries) * (j * keyUnits * 2u + i)];
        }
        // @unroll
        for (var c = 0u; c < 4u; c++) {
          // @unroll
          for (var r = 0u; r < rowsPerThread; r++) {
            sums[r * headsPerThread + j] = fma(query[c], wide[r][c], sums[r * headsPerThread + j]);
          }
        }
      }
    }
    // @end
    if (!isLast) {
      fetchKeys(ahead, liveAhead, team, kvHead, lane, &keys);
    }
    // @stage exchange
    sumLanes(local, &sums);
    // @end

    var factors: array<f32, headsPerThread>;
    var grown = false; // whether any of this thread's heads has met a new maximum
    // @stage softmax
    // @unroll
    for (var j = 0u; j < headsPerThread; j++) {
      var best = maxima[j];
      // @unroll
      for (var r = 0u; r < rowsPerThread; r++) {
        best = max(best, select(emptyLse, sums[r * headsPerThread + j] * params.scale, r * teams + team < live));
      }
      factors[j] = exp2(maxima[j] - best);
      grown = grown || best > maxima[j];
      maxima[j] = best;
      totals[j] *= factors[j];
      // @unroll
      for (var r = 0u; r < rowsPerThread; r++) {
        // One rounding less than the difference of two scores, which may be large.
        let nearness = fma(sums[r * headsPerThread + j], params.scale, -best);
        let weight = select(0.0, exp2(nearness), r * teams + team < live);
        sums[r * headsPerThread + j] = weight;
        totals[j] += weight;
      }
    }
    // @end
    // @stage values
    if (grown) {
      // @unroll
      for (var i = 0u; i < headsPerThread * valueUnits * 2u; i++) {
        outputs[i] *= factors[i / (valueUnits * 2u)];
      }
    }
    // @unroll
    for (var r = 0u; r < rowsPerThread; r++) {
      // @unroll
      for (var i = 0u; i < valueUnits * 2u; i++) {
        let value = widen(values[r * valueUnits + i / 2u], i % 2u);
        // @unroll
        for (var j = 0u; j < headsPerThread; j++) {
          outputs[j * valueUnits * 2u + i] =
            fma(vec4<f32>(sums[r * headsPerThread + j]), value, outputs[j * valueUnits * 2u + i]);
        }
      }
    }
    // @end
    if (!isLast) {
      fetchValues(ahead, liveAhead, team, kvHead, lane, &values);
    }
  }

  if (lane == 0u) {
    // @unroll
    for (var j = 0u; j < headsPerThread; j++) {
      ends[team * blocksPerGroup + ownBlock][j] = vec2<f32>(maxima[j], totals[j]);
    }
  }
  workgroupBarrier(); // every team's maxima and sums are in place
  for (var i = local; i < blocksPerGroup * headsPerThread; i += threads) {
    joinEnds(i / headsPerThread, i % headsPerThread);
  }
  workgroupBarrier(); // every head's are

  let isOwn = group.x * blocksPerGroup + ownBlock < blocks;
  // One unit of every thread at a time, in two buffers: another team sums each, while the others write the next.
  // @unroll
  for (var i = 0u; i < headsPerThread * valueUnits; i++) {
    let j = i / valueUnits;
    let joined = joins[ownBlock][j];
    let factor = exp2(maxima[j] - joined.x);
    shares[i % 2u][0][local] = outputs[i * 2u] * factor;
    shares[i % 2u][1][local] = outputs[i * 2u + 1u] * factor;
    workgroupBarrier(); // this unit of every team is in place, and the one before the last is used up
    if (isOwn && team == i % teams && firstHead + j < endHead) {
      let row = queryRow + firstHead + j;
      var norm = 0.0;
      if (joined.y > 0.0) {
        norm = 1.0 / joined.y;
      }
      if (lane == 0u && i % valueUnits == 0u) {
        norm = writeSum(row, split, joined.x, joined.y);
      }
      let unit = joinShares(i % 2u, local % (lanesPerRow * blocksPerGroup));
      let at = (row * params.splits + split) * rowValueUnits + lane + i % valueUnits * lanesPerRow;
      writeUnit(at, unit[0] * norm, unit[1] * norm);
    }
  }
}
