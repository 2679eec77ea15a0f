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
      for (var half = 0u; half < 2u; half++) {
        var keys: array<vec4<f32>, keysPerThread>;
        for (var k = 0u; k < keysPerThread; k++) {
          keys[k] = widen(keyTile[buffer][k][dimGroup * keyLanes + keyLane], half);
        }
        for (var h = 0u; h < headsPerThread; h++) {
          let query = queryTile[buffer][dimGroup * headLanes + headLane][h * 2u + half];
          for (var c = 0u; c < 4u; c++) {
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
      for (var share = 0u; share < dimGroups; share++) {
        if ((dimGroup + turn) % dimGroups == share) {
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
    for (var i = 0u; i < keysPerPart; i++) {
      let key = part * keysPerPart + i;
      if (key < live) {
        let at = key % rowsPerStep * valueVectors + head / 4u % valueVectors;
        best = max(best, scores[key / rowsPerStep][head / valueHeads][at][head % 4u] * params.scale);
      }
    }
    partials[part][head] = best;
    workgroupBarrier(); // every part's maximum is in place
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
    for (var h = 0u; h < valueHeads; h++) {
      let factor = factors[valueGroup][h / 4u][h % 4u];
      outputs[h * 2u] *= factor;
      outputs[h * 2u + 1u] *= factor;
    }
    let full = live / rowsPerStep; // steps whose rows are all inside the sequence
    var values: array<CacheUnit, rowsPerStep>;
    for (var r = 0u; r < rowsPerStep; r++) {
      values[r] = cached(pages[0].buffer, pages[0].unit + valueLane + r * rowUnits);
    }
    for (var step = 0u; step < full; step++) {
      let ahead = placeIn(pages, min(step + 1u, steps - 1u) * rowsPerStep);
      for (var r = 0u; r < rowsPerStep; r++) {
        let low = widen(values[r], 0u);
        let high = widen(values[r], 1u);
        values[r] = cached(ahead.buffer, ahead.unit + valueLane + r * rowUnits);
        for (var v = 0u; v < valueVectors; v++) {
          let weight = scores[step][valueGroup][r * valueVectors + v];
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
  for (var h = 0u; h < valueHeads; h++) {
    let row = firstHead + valueGroup * valueHeads + h;
    if (row < params.heads) {
      let at = ((queryRow + row) * params.splits + split) * valueUnits + valueLane;
      let factor = factors[valueGroup][h / 4u][h % 4u];
      writeUnit(at, outputs[h * 2u] * factor, outputs[h * 2u + 1u] * factor);
    }
  }
}

// mla_decode / fma_layout: what the fma split derives from its tunables, and its workgroup memory.
// Linked behind fma_split.wgsl. A unit is 8 neighbouring dims, a quad 4.

const rowUnits: u32 = 72u;   // 576 / 8
const valueUnits: u32 = 64u; // 512 / 8
const rowQuads: u32 = 144u;
const pageRows: u32 = 64u;
const tilePages: u32 = (keysPerTile + pageRows - 1u) / pageRows;
const emptyLse: f32 = -1e30;

// Scores: a thread owns keysPerThread keys x headsPerThread heads over one of the dimGroups units of every slice.
const keyLanes: u32 = keysPerTile / keysPerThread;
const headLanes: u32 = headsPerGroup / headsPerThread;
const dimGroups: u32 = threads / (keyLanes * headLanes);
const slices: u32 = rowUnits / dimGroups; // each a unit of every dim group
const threadVectors: u32 = headsPerThread / 4u;
const chunks: u32 = keysPerThread * threadVectors; // vectors of 4 heads' products of one key
const keyUnits: u32 = keysPerTile * dimGroups;
const keyLoads: u32 = (keyUnits + threads - 1u) / threads;
const queryQuads: u32 = headsPerGroup * dimGroups * 2u;
const queryLoads: u32 = (queryQuads + threads - 1u) / threads;
const queryStride: u32 = headsPerThread * 2u + 1u; // odd: head lanes meet no bank twice

// Softmax: a thread owns keysPerPart keys of one head.
const parts: u32 = threads / headsPerGroup;
const keysPerPart: u32 = (keysPerTile + parts - 1u) / parts;

// Values: a thread owns one unit of dims x valueHeads heads.
const valueGroups: u32 = threads / valueUnits;
const valueHeads: u32 = headsPerGroup / valueGroups;
const valueVectors: u32 = valueHeads / 4u;
const steps: u32 = keysPerTile / rowsPerStep;
const stepVectors: u32 = rowsPerStep * valueVectors + 1u; // odd, as queryStride

// Nested so that what differs among the reads of one loop is a constant index: naga clamps every other one.
var<workgroup> keyTile: array<array<array<CacheUnit, dimGroups * keyLanes>, keysPerThread>, 2>;
var<workgroup> queryTile: array<array<array<vec4<f32>, queryStride>, dimGroups * headLanes>, 2>;
var<workgroup> scores: array<array<array<vec4<f32>, stepVectors>, valueGroups>, steps>;
var<workgroup> partials: array<array<f32, headsPerGroup>, parts>;
var<workgroup> factors: array<array<vec4<f32>, valueVectors>, valueGroups>; // what the heads' o is multiplied by

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

// mla_decode / fma_stage: one slice of the tile's rows and of q, from the buffers into registers, and from there into
// workgroup memory once the slice before it is used. 8 neighbouring threads take 8 rows, the next 8 the unit beside:
// a warp reads 64 bytes of each row, and its stores meet no bank twice.
// A head beyond H repeats the last one; its answer is not written.

// Of a tile's pages; where its second one lies beyond the sequence's end, the last one before.
fn pagesOf(sequence: u32, tile: u32, rows: u32) -> array<Place, tilePages> {
  var pages: array<Place, tilePages>;
  for (var i = 0u; i < tilePages; i++) {
    let row = min(tile * keysPerTile + i * pageRows, rows - 1u);
    pages[i] = placeOf(sequence, row - row % min(pageRows, keysPerTile));
  }
  return pages;
}

// Of one row of a tile.
fn placeIn(pages: array<Place, tilePages>, row: u32) -> Place {
  var place = pages[0];
  if (tilePages == 2u && row >= pageRows) {
    place = pages[tilePages - 1u];
  }
  place.unit += row % pageRows * rowUnits;
  return place;
}

fn fetchKeys(local: u32, pages: array<Place, tilePages>, slice: u32, pending: ptr<function, array<CacheUnit, keyLoads>>) {
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    let row = at % 8u + at / (8u * dimGroups) * 8u;
    if (keyUnits % threads == 0u || row < keysPerTile) {
      let place = placeIn(pages, row);
      (*pending)[i] = cached(place.buffer, place.unit + slice * dimGroups + at / 8u % dimGroups);
    }
  }
}

fn storeKeys(local: u32, buffer: u32, pending: ptr<function, array<CacheUnit, keyLoads>>) {
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    let row = at % 8u + at / (8u * dimGroups) * 8u;
    if (keyUnits % threads == 0u || row < keysPerTile) {
      keyTile[buffer][row / keyLanes][at / 8u % dimGroups * keyLanes + row % keyLanes] = (*pending)[i];
    }
  }
}

fn fetchQueries(local: u32, queryRow: u32, firstHead: u32, slice: u32,
  pending: ptr<function, array<vec4<f32>, queryLoads>>) {
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    let head = at % 8u + at / (16u * dimGroups) * 8u;
    if (queryQuads % threads == 0u || head < headsPerGroup) {
      let row = (queryRow + min(firstHead + head, params.heads - 1u)) * rowQuads;
      (*pending)[i] = q[row + slice * dimGroups * 2u + at / 8u % (2u * dimGroups)];
    }
  }
}

fn storeQueries(local: u32, buffer: u32, pending: ptr<function, array<vec4<f32>, queryLoads>>) {
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    let head = at % 8u + at / (16u * dimGroups) * 8u;
    let quad = at / 8u % (2u * dimGroups);
    if (queryQuads % threads == 0u || head < headsPerGroup) {
      let lane = quad / 2u * headLanes + head / headsPerThread;
      queryTile[buffer][lane][head % headsPerThread * 2u + quad % 2u] = (*pending)[i];
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

// paged / unit_f32: the cache in single precision.

fn widen(unit: array<vec4<f32>, 2>, half: u32) -> vec4<f32> {
  return select(unit[0], unit[1], half == 1u);
}
