// mla_decode / fma_split: softmax attention of a group of heads over one slice of a sequence's cached rows.
//   s = scale q . row [576]     o = softmax(s) row[0..512]     lse = ln sum exp(s)
// Workgroup (split, head group, sequence) walks its tiles of keysPerTile rows with a running maximum in base 2.
// Scores: rows and q pass through workgroup memory slice by slice, two buffers of each, one slice ahead in registers.
// Values: every thread reads its own 8 dims of each row once more, rowsPerStep rows ahead, and holds o in registers.
// Workgroup memory: two slices of the tile's rows and of q + scores [keysPerTile, headsPerGroup] + the reductions.
// Rows beyond the sequence's end are never multiplied: their page may hold anything.
// Linked with fma_layout.wgsl, fma_stage.wgsl, split_bindings.wgsl with one of partial_*, pages.wgsl with one of cache_*,
// and one of unit_f16 and unit_f32 (widen).

const keysPerTile: u32 = 32u;   // cached rows per tile; a part of a page, or two pages
const headsPerGroup: u32 = 16u; // heads per workgroup
const threads: u32 = 128u;
const keysPerThread: u32 = 4u;  // keys of a thread in the score product
const headsPerThread: u32 = 4u; // heads of a thread in the score product
const rowsPerStep: u32 = 4u;    // rows read ahead in the value product
alias CacheUnit = array<vec4<f32>, 2>; // 8 values of the cache as stored

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let split = group.x;
  let firstHead = group.y * headsPerGroup;
  let sequence = group.z;
  let queryRow = sequence * params.heads;
  let rows = u32(cache_seqlens[sequence]);
  let tiles = (rows + keysPerTile - 1u) / keysPerTile;
  let firstTile = split * tiles / params.splits;
  let lastTile = (split + 1u) * tiles / params.splits;

  let keyLane = local % keyLanes;
  let headLane = local / keyLanes % headLanes;
  let dimGroup = local / (keyLanes * headLanes);
  let head = local % headsPerGroup;
  let part = local / headsPerGroup;
  let valueLane = local % valueUnits;
  let valueGroup = local / valueUnits;

  var maximum = emptyLse; // of `head`, base 2
  var sum = 0.0;          // of `head` over this thread's keys
  var outputs: array<vec4<f32>, valueHeads * 2u>;
  // @unroll
  for (var i = 0u; i < valueHeads * 2u; i++) {
    outputs[i] = vec4<f32>(0.0);
  }
  var pendingKeys: array<CacheUnit, keyLoads>;
  var pendingQueries: array<vec4<f32>, queryLoads>;
  var buffer = 0u;
  var next: array<Place, tilePages>; // where the next tile's rows lie
  if (firstTile < lastTile) {
    next = pagesOf(sequence, firstTile, rows);
    fetchKeys(local, next, 0u, &pendingKeys);
    fetchQueries(local, queryRow, firstHead, 0u, &pendingQueries);
    storeKeys(local, 0u, &pendingKeys);
    storeQueries(local, 0u, &pendingQueries);
  }
  workgroupBarrier(); // the first slice is in place

  for (var tile = firstTile; tile < lastTile; tile++) {
    let live = min(keysPerTile, rows - tile * keysPerTile); // rows of this tile inside the sequence
    let pages = next;
    next = pagesOf(sequence, min(tile + 1u, lastTile - 1u), rows);

    var products: array<f32, keysPerThread * headsPerThread>;
    // @unroll
    for (var i = 0u; i < keysPerThread * headsPerThread; i++) {
      products[i] = 0.0;
    }
    for (var slice = 0u; slice < slices; slice++) {
      // @stage staging
      var source = pages;
      if (slice + 1u == slices) {
        source = next;
      }
      fetchKeys(local, source, (slice + 1u) % slices, &pendingKeys);
      fetchQueries(local, queryRow, firstHead, (slice + 1u) % slices, &pendingQueries);
      // @end
      // @stage scores
      // @unroll
      for (var half = 0u; half < 2u; half++) {
        var keys: array<vec4<f32>, keysPerThread>;
        // @unroll
        for (var k = 0u; k < keysPerThread; k++) {
          keys[k] = widen(keyTile[buffer][k][dimGroup * keyLanes + keyLane], half);
        }
        // @unroll
        for (var h = 0u; h < headsPerThread; h++) {
          let query = queryTile[buffer][dimGroup * headLanes + headLane][h * 2u + half];
          // @unroll
          for (var c = 0u; c < 4u; c++) {
            // @unroll
            for (var k = 0u; k < keysPerThread; k++) {
              products[k * headsPerThread + h] = fma(query[c], keys[k][c], products[k * headsPerThread + h]);
            }
          }
        }
      }
      // @end
      buffer = 1u - buffer;
      // @stage staging
      storeKeys(local, buffer, &pendingKeys);
      storeQueries(local, buffer, &pendingQueries);
      // @end
      workgroupBarrier(); // this slice is used up, the next is in place
    }

    // Dim groups add their products in turns, each another share of them, so that no two touch one score.
    // @stage exchange
    for (var turn = 0u; turn < dimGroups; turn++) {
      // @unroll
      for (var share = 0u; share < dimGroups; share++) {
        if ((dimGroup + turn) % dimGroups == share) {
          // @unroll
          for (var i = share; i < chunks; i += dimGroups) {
            let key = i / threadVectors * keyLanes + keyLane;
            let vector = headLane * threadVectors + i % threadVectors;
            let at = key % rowsPerStep * valueVectors + vector % valueVectors;
            var product = vec4<f32>(
              products[i / threadVectors * headsPerThread + i % threadVectors * 4u],
              products[i / threadVectors * headsPerThread + i % threadVectors * 4u + 1u],
              products[i / threadVectors * headsPerThread + i % threadVectors * 4u + 2u],
              products[i / threadVectors * headsPerThread + i % threadVectors * 4u + 3u]);
            if (turn > 0u) {
              product += scores[key / rowsPerStep][vector / valueVectors][at];
            }
            scores[key / rowsPerStep][vector / valueVectors][at] = product;
          }
        }
      }
      workgroupBarrier(); // the next turn adds to what this one wrote
    }
    // @end

    // @stage softmax
    var best = emptyLse;
    // @unroll
    for (var i = 0u; i < keysPerPart; i++) {
      let key = part * keysPerPart + i;
      if (key < live) {
        let at = key % rowsPerStep * valueVectors + head / 4u % valueVectors;
        best = max(best, scores[key / rowsPerStep][head / valueHeads][at][head % 4u] * params.scale);
      }
    }
    partials[part][head] = best;
    workgroupBarrier(); // every part's maximum is in place
    // @unroll
    for (var i = 0u; i < parts; i++) {
      best = max(best, partials[i][head]);
    }
    best = max(maximum, best);
    let shrink = exp2(maximum - best);
    maximum = best;
    sum *= shrink;
    if (part == 0u) {
      factors[head / valueHeads][head / 4u % valueVectors][head % 4u] = shrink;
    }
    // @unroll
    for (var i = 0u; i < keysPerPart; i++) {
      let key = part * keysPerPart + i;
      if (keysPerTile % parts == 0u || key < keysPerTile) {
        let at = key % rowsPerStep * valueVectors + head / 4u % valueVectors;
        let score = scores[key / rowsPerStep][head / valueHeads][at][head % 4u] * params.scale;
        let weight = select(0.0, exp2(score - best), key < live);
        sum += weight;
        scores[key / rowsPerStep][head / valueHeads][at][head % 4u] = weight;
      }
    }
    // @end
    workgroupBarrier(); // weights and factors are in place

    // @stage values
    // @unroll
    for (var h = 0u; h < valueHeads; h++) {
      let factor = factors[valueGroup][h / 4u][h % 4u];
      outputs[h * 2u] *= factor;
      outputs[h * 2u + 1u] *= factor;
    }
    let full = live / rowsPerStep; // steps whose rows are all inside the sequence
    var values: array<CacheUnit, rowsPerStep>;
    // @unroll
    for (var r = 0u; r < rowsPerStep; r++) {
      values[r] = cached(pages[0].buffer, pages[0].unit + valueLane + r * rowUnits);
    }
    for (var step = 0u; step < full; step++) {
      let ahead = placeIn(pages, min(step + 1u, steps - 1u) * rowsPerStep);
      // @unroll
      for (var r = 0u; r < rowsPerStep; r++) {
        let low = widen(values[r], 0u);
        let high = widen(values[r], 1u);
        values[r] = cached(ahead.buffer, ahead.unit + valueLane + r * rowUnits);
        // @unroll
        for (var v = 0u; v < valueVectors; v++) {
          let weight = scores[step][valueGroup][r * valueVectors + v];
          // @unroll
          for (var c = 0u; c < 4u; c++) {
            outputs[(v * 4u + c) * 2u] = fma(vec4<f32>(weight[c]), low, outputs[(v * 4u + c) * 2u]);
            outputs[(v * 4u + c) * 2u + 1u] = fma(vec4<f32>(weight[c]), high, outputs[(v * 4u + c) * 2u + 1u]);
          }
        }
      }
    }
    for (var row = full * rowsPerStep; row < live; row++) {
      let place = placeIn(pages, row);
      let unit = cached(place.buffer, place.unit + valueLane);
      // @unroll
      for (var h = 0u; h < valueHeads; h++) {
        let weight = scores[row / rowsPerStep][valueGroup][row % rowsPerStep * valueVectors + h / 4u][h % 4u];
        outputs[h * 2u] = fma(vec4<f32>(weight), widen(unit, 0u), outputs[h * 2u]);
        outputs[h * 2u + 1u] = fma(vec4<f32>(weight), widen(unit, 1u), outputs[h * 2u + 1u]);
      }
    }
    // @end
  }

  workgroupBarrier(); // the last tile's factors and partials are used up
  partials[part][head] = sum;
  workgroupBarrier(); // every part's sum is in place
  if (part == 0u) {
    var total = 0.0;
    for (var i = 0u; i < parts; i++) {
      total += partials[i][head];
    }
    if (firstHead + head < params.heads) {
      factors[head / valueHeads][head / 4u % valueVectors][head % 4u] =
        writeSum(queryRow + firstHead + head, split, maximum, total);
    }
  }
  workgroupBarrier(); // factors are in place
  // @unroll
  for (var h = 0u; h < valueHeads; h++) {
    let row = firstHead + valueGroup * valueHeads + h;
    if (row < params.heads) {
      let at = ((queryRow + row) * params.splits + split) * valueUnits + valueLane;
      let factor = factors[valueGroup][h / 4u][h % 4u];
      writeUnit(at, outputs[h * 2u] * factor, outputs[h * 2u + 1u] * factor);
    }
  }
}
