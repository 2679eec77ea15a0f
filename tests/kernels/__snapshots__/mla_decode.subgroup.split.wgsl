enable subgroups;
diagnostic(off, subgroup_uniformity);
// mla_decode / split: softmax attention of a few heads over one slice of a sequence's cached rows.
//   s = scale q . row [576]     o = softmax(s) row[0..512]     lse = ln sum exp(s)
// Workgroup (split, head group, sequence) walks its tiles of keysPerTile rows with a running maximum in base 2.
// Scores: a thread owns keysPerLane keys x headsPerThread heads over one of dimGroups parts of the 576 dims.
// Values: a thread owns 4 unitsPerThread dims x valueHeads heads; a row is read once for all of them.
// Workgroup memory: a slice of the tile's rows and of q, the tile's scores [keysPerTile, headsPerGroup], the reduction.
// A unit is 4 neighbouring dims. Rows beyond the sequence's end are never used: their page may hold anything.
// Linked with layout.wgsl, stage.wgsl, one of cache_f16 and cache_f32 (widen) and one of reduce_barrier and reduce_subgroup.

const keysPerTile: u32 = 32u;   // cached rows per tile; divides a page
const headsPerGroup: u32 = 16u; // heads per workgroup
const threads: u32 = 128u;
const keysPerLane: u32 = 1u;    // keys of a thread in the score product
const headsPerThread: u32 = 8u; // heads of a thread in the score product
const unitsPerSlice: u32 = 3u;  // units of a dim group staged at a time
const unitsPerThread: u32 = 1u; // units of o a thread owns
const keysPerStep: u32 = 4u;    // rows read ahead in the value product
const stageQueries: u32 = 1u;   // 1: q through workgroup memory, 0: from the buffer
alias CacheUnit = vec4<f32>;    // 4 values of the cache as stored

fn addDot(a: vec4<f32>, b: vec4<f32>, sum: f32) -> f32 {
  return fma(a.x, b.x, fma(a.y, b.y, fma(a.z, b.z, fma(a.w, b.w, sum))));
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let split = group.x;
  let firstHead = group.y * headsPerGroup;
  let sequence = group.z;
  let queryRow = sequence * params.heads;
  let rows = u32(cache_seqlens[sequence]);
  let tiles = (rows + keysPerTile - 1u) / keysPerTile;
  let lastTile = (split + 1u) * tiles / params.splits;

  let keyLane = local % keyLanes;
  let headLane = local / keyLanes % headLanes;
  let dimGroup = local / (keyLanes * headLanes);
  let headVector = local / parts;
  let part = local % parts;
  let valueLane = local % valueLanes;
  let firstVector = local / valueLanes * valueVectors;

  var maxima = vec4<f32>(emptyLse); // of 4 heads, base 2
  var sums = vec4<f32>(0.0);        // of this thread's keys
  var outputs: array<vec4<f32>, valueHeads * unitsPerThread>;
  for (var tile = split * tiles / params.splits; tile < lastTile; tile++) {
    let firstRow = tile * keysPerTile;
    let live = min(keysPerTile, rows - firstRow); // rows of this tile inside the sequence
    let page = u32(block_table[sequence * params.tableWidth + firstRow / pageRows]);
    let base = (page * pageRows + firstRow % pageRows) * rowUnits;

    var products: array<f32, keysPerLane * headsPerThread>;
    for (var i = 0u; i < keysPerLane * headsPerThread; i++) {
      products[i] = 0.0;
    }
    for (var slice = 0u; slice < slices; slice++) {
      loadKeys(local, base, slice);
      loadQueries(local, queryRow, firstHead, slice);
      workgroupBarrier(); // the slice is in place
      for (var unit = 0u; unit < unitsPerSlice; unit++) {
        var keys: array<vec4<f32>, keysPerLane>;
        for (var k = 0u; k < keysPerLane; k++) {
          keys[k] = widen(keyTile[(dimGroup * keysPerTile + k * keyLanes + keyLane) * keyStride + unit]);
        }
        for (var h = 0u; h < headsPerThread; h++) {
          let head = headLane * headsPerThread + h;
          var query: vec4<f32>;
          if (stageQueries == 1u) {
            query = queryTile[(dimGroup * unitsPerSlice + unit) * headsPerGroup + head];
          } else {
            query = q[(queryRow + min(firstHead + head, params.heads - 1u)) * rowUnits
              + dimGroup * groupUnits + slice * unitsPerSlice + unit];
          }
          for (var k = 0u; k < keysPerLane; k++) {
            products[k * headsPerThread + h] = addDot(query, keys[k], products[k * headsPerThread + h]);
          }
        }
      }
      workgroupBarrier(); // the slice is used up
    }

    // Dim groups add their products in turns, each to other heads, so that no two touch one score.
    for (var turn = 0u; turn < dimGroups; turn++) {
      for (var v = 0u; v < threadVectors; v++) {
        if (dimGroup == (v + dimGroups - turn) % dimGroups) {
          for (var k = 0u; k < keysPerLane; k++) {
            let at = (k * keyLanes + keyLane) * scoreStride + headLane * threadVectors + v;
            let product = vec4<f32>(
              products[k * headsPerThread + v * 4u], products[k * headsPerThread + v * 4u + 1u],
              products[k * headsPerThread + v * 4u + 2u], products[k * headsPerThread + v * 4u + 3u]);
            if (turn == 0u) {
              scores[at] = product;
            } else {
              scores[at] += product;
            }
          }
        }
      }
      workgroupBarrier(); // the next turn adds to what this one wrote
    }

    var best = vec4<f32>(emptyLse);
    for (var i = 0u; i < keysPerPart; i++) {
      if (part + i * parts < live) {
        best = max(best, scores[(part + i * parts) * scoreStride + headVector] * params.scale);
      }
    }
    best = max(maxima, reduceMax(local, best));
    let shrink = exp2(maxima - best);
    maxima = best;
    sums *= shrink;
    if (part == 0u) {
      factors[headVector] = shrink;
    }
    for (var i = 0u; i < keysPerPart; i++) {
      let key = part + i * parts;
      if (keysPerTile % parts == 0u || key < keysPerTile) {
        let at = key * scoreStride + headVector;
        let weight = select(vec4<f32>(0.0), exp2(scores[at] * params.scale - best), key < live);
        sums += weight;
        scores[at] = weight;
      }
    }
    workgroupBarrier(); // weights and factors are in place

    for (var v = 0u; v < valueVectors; v++) {
      let factor = factors[firstVector + v];
      for (var c = 0u; c < 4u; c++) {
        for (var u = 0u; u < unitsPerThread; u++) {
          outputs[(v * 4u + c) * unitsPerThread + u] *= factor[c];
        }
      }
    }
    for (var first = 0u; first < live; first += keysPerStep) {
      var values: array<vec4<f32>, keysPerStep * unitsPerThread>;
      for (var k = 0u; k < keysPerStep; k++) {
        let row = base + min(first + k, live - 1u) * rowUnits + valueLane;
        for (var u = 0u; u < unitsPerThread; u++) {
          values[k * unitsPerThread + u] = widen(cache[row + u * valueLanes]);
        }
      }
      for (var k = 0u; k < keysPerStep; k++) {
        for (var v = 0u; v < valueVectors; v++) {
          let weight = scores[(first + k) * scoreStride + firstVector + v];
          for (var c = 0u; c < 4u; c++) {
            for (var u = 0u; u < unitsPerThread; u++) {
              let at = (v * 4u + c) * unitsPerThread + u;
              outputs[at] = fma(vec4<f32>(weight[c]), values[k * unitsPerThread + u], outputs[at]);
            }
          }
        }
      }
    }
    workgroupBarrier(); // the tile's weights are used up
  }

  let total = reduceSum(local, sums);
  if (part == 0u) {
    factors[headVector] = select(vec4<f32>(0.0), 1.0 / total, total > vec4<f32>(0.0));
    let natural = select(vec4<f32>(emptyLse), (maxima + log2(total)) * 0.69314718, total > vec4<f32>(0.0));
    for (var i = 0u; i < 4u; i++) {
      let head = firstHead + headVector * 4u + i;
      if (head < params.heads) {
        lse[(queryRow + head) * params.splits + split] = natural[i];
      }
    }
  }
  workgroupBarrier(); // factors are in place
  for (var h = 0u; h < valueHeads; h++) {
    let head = firstHead + firstVector * 4u + h;
    if (head < params.heads) {
      let factor = factors[firstVector + h / 4u][h % 4u];
      let row = ((queryRow + head) * params.splits + split) * valueUnits + valueLane;
      for (var u = 0u; u < unitsPerThread; u++) {
        o[row + u * valueLanes] = outputs[h * unitsPerThread + u] * factor;
      }
    }
  }
}

// mla_decode / layout: what the split pass derives from its tunables, its buffers and its workgroup memory.
// Linked behind split.wgsl. A unit is 4 neighbouring dims.

const rowUnits: u32 = 144u;   // 576 / 4
const valueUnits: u32 = 128u; // 512 / 4
const pageRows: u32 = 64u;
const emptyLse: f32 = -1e30;

const keyLanes: u32 = keysPerTile / keysPerLane;
const headLanes: u32 = headsPerGroup / headsPerThread;
const dimGroups: u32 = threads / (keyLanes * headLanes);
const groupUnits: u32 = rowUnits / dimGroups;
const slices: u32 = groupUnits / unitsPerSlice;
const keyUnits: u32 = dimGroups * keysPerTile * unitsPerSlice;
const keyLoads: u32 = (keyUnits + threads - 1u) / threads;
const keyStride: u32 = unitsPerSlice / 2u * 2u + 1u; // odd: neighbouring lanes meet no bank twice
const queryUnits: u32 = dimGroups * headsPerGroup * unitsPerSlice;
const queryLoads: u32 = (queryUnits * stageQueries + threads - 1u) / threads;
const queryVectors: u32 = queryUnits * stageQueries + 1u - stageQueries;
const headVectors: u32 = headsPerGroup / 4u;
const threadVectors: u32 = headsPerThread / 4u;
const scoreStride: u32 = headVectors / 2u * 2u + 1u; // odd, as keyStride
const parts: u32 = threads / headVectors; // threads that share 4 heads in the softmax
const keysPerPart: u32 = (keysPerTile + parts - 1u) / parts;
const valueLanes: u32 = valueUnits / unitsPerThread;
const valueHeads: u32 = headsPerGroup * valueLanes / threads; // heads of a thread in the value product
const valueVectors: u32 = valueHeads / 4u;

struct Params {
  heads: u32,
  tableWidth: u32, // entries of a block table row
  splits: u32,
  scale: f32, // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;          // [N, H, rowUnits]
@group(0) @binding(2) var<storage, read> cache: array<CacheUnit>;      // [P, pageRows, rowUnits]
@group(0) @binding(3) var<storage, read> block_table: array<i32>;      // [N, tableWidth]
@group(0) @binding(4) var<storage, read> cache_seqlens: array<i32>;    // [N]
@group(0) @binding(5) var<storage, read_write> o: array<vec4<f32>>;    // [N, H, splits, valueUnits]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;        // [N, H, splits]

var<workgroup> keyTile: array<CacheUnit, dimGroups * keysPerTile * keyStride>; // [dimGroups, keysPerTile, keyStride]
var<workgroup> queryTile: array<vec4<f32>, queryVectors>; // [dimGroups, unitsPerSlice, headsPerGroup]
var<workgroup> scores: array<vec4<f32>, keysPerTile * scoreStride>; // [keysPerTile, headVectors padded]
var<workgroup> factors: array<vec4<f32>, headVectors>; // what the heads' o is multiplied by

// mla_decode / stage: one slice of the tile's rows and of q into workgroup memory, by all threads.
// Neighbouring threads read neighbouring units. A head beyond H repeats the last one; its answer is not written.

fn loadKeys(local: u32, base: u32, slice: u32) {
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    if (keyUnits % threads == 0u || at < keyUnits) {
      let row = at / unitsPerSlice; // [dimGroups, keysPerTile]
      let unit = row / keysPerTile * groupUnits + slice * unitsPerSlice + at % unitsPerSlice;
      keyTile[row * keyStride + at % unitsPerSlice] = cache[base + row % keysPerTile * rowUnits + unit];
    }
  }
}

fn loadQueries(local: u32, queryRow: u32, firstHead: u32, slice: u32) {
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    if (queryUnits % threads == 0u || at < queryUnits) {
      let row = at / unitsPerSlice; // [dimGroups, headsPerGroup]
      let dims = row / headsPerGroup;
      let head = min(firstHead + row % headsPerGroup, params.heads - 1u);
      let unit = dims * groupUnits + slice * unitsPerSlice + at % unitsPerSlice;
      queryTile[(dims * unitsPerSlice + at % unitsPerSlice) * headsPerGroup + row % headsPerGroup] =
        q[(queryRow + head) * rowUnits + unit];
    }
  }
}

// mla_decode / cache_f32: the cache in single precision.

fn widen(unit: vec4<f32>) -> vec4<f32> {
  return unit;
}

// mla_decode / reduce_subgroup: shufflePart neighbouring threads meet by shuffles, the rest in workgroup memory.
// shufflePart divides every subgroup size of the device, so that a shuffle never leaves a subgroup.
// The caller has a barrier between two calls.

const shufflePart: u32 = 32u; // the smaller of parts and the device's smallest subgroup
const shuffleParts: u32 = parts / shufflePart;

var<workgroup> partials: array<vec4<f32>, headVectors * shuffleParts>; // [headVectors, shuffleParts]

fn reduceMax(local: u32, value: vec4<f32>) -> vec4<f32> {
  var best = value;
  for (var width = shufflePart / 2u; width > 0u; width /= 2u) {
    best = max(best, subgroupShuffleXor(best, width));
  }
  if (shuffleParts > 1u) {
    if (local % shufflePart == 0u) {
      partials[local / shufflePart] = best;
    }
    workgroupBarrier(); // every subgroup's maximum is in place
    for (var i = 0u; i < shuffleParts; i++) {
      best = max(best, partials[local / parts * shuffleParts + i]);
    }
  }
  return best;
}

fn reduceSum(local: u32, value: vec4<f32>) -> vec4<f32> {
  var sum = value;
  for (var width = shufflePart / 2u; width > 0u; width /= 2u) {
    sum += subgroupShuffleXor(sum, width);
  }
  if (shuffleParts > 1u) {
    if (local % shufflePart == 0u) {
      partials[local / shufflePart] = sum;
    }
    workgroupBarrier(); // every subgroup's sum is in place
    sum = vec4<f32>(0.0);
    for (var i = 0u; i < shuffleParts; i++) {
      sum += partials[local / parts * shuffleParts + i];
    }
  }
  return sum;
}
