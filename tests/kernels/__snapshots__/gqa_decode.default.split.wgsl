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
  for (var j = 0u; j < headsPerThread; j++) {
    maxima[j] = emptyLse;
    totals[j] = 0.0;
  }
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
    for (var i = 0u; i < sumCount; i++) {
      sums[i] = 0.0;
    }
    // @stage scores
    for (var i = 0u; i < keyUnits * 2u; i++) {
      var wide: array<vec4<f32>, rowsPerThread>;
      for (var r = 0u; r < rowsPerThread; r++) {
        wide[r] = widen(keys[r * keyUnits + i / 2u], i % 2u);
      }
      for (var j = 0u; j < headsPerThread; j++) {
        var query = queries[j * keyUnits * 2u + i];
        if (registerQueries == 0u) { // the index is 0 elsewhere, to stay inside of what remains there
          query = queryTile[ownBlock * lanesPerRow + lane][(1u - registerQueries) * (j * keyUnits * 2u + i)];
        }
        for (var c = 0u; c < 4u; c++) {
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
    for (var j = 0u; j < headsPerThread; j++) {
      var best = maxima[j];
      for (var r = 0u; r < rowsPerThread; r++) {
        best = max(best, select(emptyLse, sums[r * headsPerThread + j] * params.scale, r * teams + team < live));
      }
      factors[j] = exp2(maxima[j] - best);
      grown = grown || best > maxima[j];
      maxima[j] = best;
      totals[j] *= factors[j];
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
      for (var i = 0u; i < headsPerThread * valueUnits * 2u; i++) {
        outputs[i] *= factors[i / (valueUnits * 2u)];
      }
    }
    for (var r = 0u; r < rowsPerThread; r++) {
      for (var i = 0u; i < valueUnits * 2u; i++) {
        let value = widen(values[r * valueUnits + i / 2u], i % 2u);
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

// gqa_decode / split_layout: what the split derives from its constants, its workgroup memory, and how teams join.
// Linked behind split.wgsl. A unit is 8 neighbouring dims.

const threads: u32 = teams * blocksPerGroup * lanesPerRow;
const rowKeyUnits: u32 = keyDims / 8u;
const rowValueUnits: u32 = valueDims / 8u;
const keyUnits: u32 = rowKeyUnits / lanesPerRow; // of a row a thread reads: lane, lane + lanesPerRow, ...
const valueUnits: u32 = rowValueUnits / lanesPerRow;
const blocksPerKv: u32 = (headsPerKv + headsPerThread - 1u) / headsPerThread;
const pageRows: u32 = 64u;
const tileRows: u32 = teams * rowsPerThread; // a part of a page, or whole ones
const tilePages: u32 = (tileRows + pageRows - 1u) / pageRows;
const sumCount: u32 = rowsPerThread * headsPerThread;
const emptyLse: f32 = -1e30;

// Where q lies in registers, one vector remains here.
const queryVectors: u32 = headsPerThread * keyUnits * 2u;
const queryLanes: u32 = (1u - registerQueries) * blocksPerGroup * lanesPerRow + registerQueries;
const queryStride: u32 = (1u - registerQueries) * queryVectors + 1u; // odd: lanes meet no bank twice

var<workgroup> queryTile: array<array<vec4<f32>, queryStride>, queryLanes>;
var<workgroup> ends: array<array<vec2<f32>, headsPerThread>, teams * blocksPerGroup>; // maximum and sum of a team
var<workgroup> joins: array<array<vec2<f32>, headsPerThread>, blocksPerGroup>;        // and of all teams
var<workgroup> shares: array<array<array<vec4<f32>, threads>, 2>, 2>;

// Maximum and sum of one head over all teams.
fn joinEnds(block: u32, head: u32) {
  var best = emptyLse;
  for (var first = 0u; first < teams; first += joinBatch) {
    for (var t = 0u; t < joinBatch; t++) {
      best = max(best, ends[(first + t) * blocksPerGroup + block][head].x);
    }
  }
  var sum = 0.0;
  for (var first = 0u; first < teams; first += joinBatch) {
    for (var t = 0u; t < joinBatch; t++) {
      let end = ends[(first + t) * blocksPerGroup + block][head];
      sum = fma(exp2(end.x - best), end.y, sum);
    }
  }
  joins[block][head] = vec2<f32>(best, sum);
}

// The sum of a unit's shares in one buffer, of all teams' threads in the place of `member`.
fn joinShares(buffer: u32, member: u32) -> array<vec4<f32>, 2> {
  var unit: array<vec4<f32>, 2>;
  for (var first = 0u; first < teams; first += joinBatch) {
    var batch: array<array<vec4<f32>, 2>, joinBatch>;
    for (var t = 0u; t < joinBatch; t++) {
      let thread = (first + t) * lanesPerRow * blocksPerGroup + member;
      batch[t][0] = shares[buffer][0][thread];
      batch[t][1] = shares[buffer][1][thread];
    }
    for (var t = 0u; t < joinBatch; t++) {
      unit[0] += batch[t][0];
      unit[1] += batch[t][1];
    }
  }
  return unit;
}

// gqa_decode / split_bindings: what a split pass is given. lse holds the answer where there is one split, else every
// share's maximum (base 2) and sum. The caches are declared beside (pools_*), and o (partial_*).

struct Params {
  heads: u32,       // H
  kvHeads: u32,     // G
  tableWidth: u32,  // entries of a block table row
  splits: u32,
  bufferPages: u32, // pages of the pool in a buffer
  scale: f32,       // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;       // [N, H, K / 4]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;   // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>; // [N]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;     // [N, H], or maximum and sum [N, H, splits, 2]

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

// gqa_decode / tiles: where a tile's rows lie in the pool, and a thread's units of them from the buffers into registers.
// Linked with one of pools_* (bufferOf, keyAt, valueAt). Units are counted within a buffer: 2 GiB hold 2^27 of 16 bytes.

// A page, or the part of one that a tile is: the buffer it is in, and its first row there.
struct Place {
  buffer: u32,
  row: u32,
}

const span: u32 = tileRows / tilePages; // rows of a tile in one page

// Of a tile's pages; for one beyond the sequence's end, its last page.
fn pagesOf(sequence: u32, tile: u32, rows: u32) -> array<Place, tilePages> {
  var pages: array<Place, tilePages>;
  for (var i = 0u; i < tilePages; i++) {
    let row = min(tile * tileRows + i * pageRows, rows - 1u);
    let page = u32(block_table[sequence * params.tableWidth + row / pageRows]);
    let buffer = bufferOf(page);
    let first = row % pageRows / span * span;
    pages[i] = Place(buffer, (page - buffer * params.bufferPages) * pageRows + first);
  }
  return pages;
}

// Of one row of a tile.
fn placeIn(pages: array<Place, tilePages>, row: u32) -> Place {
  var place = pages[0];
  for (var i = 1u; i < tilePages; i++) {
    if (row >= i * pageRows) {
      place = pages[i];
    }
  }
  place.row += row % pageRows;
  return place;
}

fn fetchKeys(pages: array<Place, tilePages>, live: u32, team: u32, kvHead: u32, lane: u32,
  keys: ptr<function, array<CacheUnit, rowsPerThread * keyUnits>>) {
  for (var r = 0u; r < rowsPerThread; r++) {
    let place = placeIn(pages, min(r * teams + team, live - 1u));
    let first = (place.row * params.kvHeads + kvHead) * rowKeyUnits + lane;
    for (var i = 0u; i < keyUnits; i++) {
      (*keys)[r * keyUnits + i] = keyAt(place.buffer, first + i * lanesPerRow);
    }
  }
}

fn fetchValues(pages: array<Place, tilePages>, live: u32, team: u32, kvHead: u32, lane: u32,
  values: ptr<function, array<CacheUnit, rowsPerThread * valueUnits>>) {
  for (var r = 0u; r < rowsPerThread; r++) {
    let place = placeIn(pages, min(r * teams + team, live - 1u));
    let first = (place.row * params.kvHeads + kvHead) * rowValueUnits + lane;
    for (var i = 0u; i < valueUnits; i++) {
      (*values)[r * valueUnits + i] = valueAt(place.buffer, first + i * lanesPerRow);
    }
  }
}

// gqa_decode / pools_one: all pages of keys in one buffer, and all of values.

@group(0) @binding(2) var<storage, read> keys0: array<CacheUnit>;   // [P, pageRows, G, K / 8]
@group(0) @binding(7) var<storage, read> values0: array<CacheUnit>; // [P, pageRows, G, V / 8]

fn bufferOf(page: u32) -> u32 {
  return 0u;
}

fn keyAt(buffer: u32, unit: u32) -> CacheUnit {
  return keys0[unit];
}

fn valueAt(buffer: u32, unit: u32) -> CacheUnit {
  return values0[unit];
}

// gqa_decode / reduce_barrier: the products of a row's lanes meet in workgroup memory, where each lane adds up a share.

const addRounds: u32 = (sumCount + lanesPerRow - 1u) / lanesPerRow;

var<workgroup> laneSums: array<array<f32, threads>, sumCount>;
var<workgroup> rowSums: array<array<f32, sumCount + 1u>, teams * blocksPerGroup>; // rows begin in different banks

fn sumLanes(local: u32, sums: ptr<function, array<f32, sumCount>>) {
  for (var i = 0u; i < sumCount; i++) {
    laneSums[i][local] = (*sums)[i];
  }
  workgroupBarrier(); // every lane's products are in place, and the last tile's sums are read
  let lane = local % lanesPerRow;
  for (var round = 0u; round < addRounds; round++) {
    let i = lane + round * lanesPerRow;
    if (i < sumCount) {
      var four = vec4<f32>(0.0); // four sums: what one large product is added to is rounded less often
      for (var l = 0u; l < lanesPerRow; l++) { // each lane begins with its own: they meet no bank twice
        four[l % 4u] += laneSums[i][local - lane + (lane + l) % lanesPerRow];
      }
      rowSums[local / lanesPerRow][i] = (four.x + four.y) + (four.z + four.w);
    }
  }
  workgroupBarrier(); // every row's sums are in place, and its products are read
  for (var i = 0u; i < sumCount; i++) {
    (*sums)[i] = rowSums[local / lanesPerRow][i];
  }
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
