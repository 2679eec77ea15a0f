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
alias CacheUnit = vec2<u32>;    // 4 values of the cache as stored

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
    // @unroll
    for (var i = 0u; i < keysPerLane * headsPerThread; i++) {
      products[i] = 0.0;
    }
    for (var slice = 0u; slice < slices; slice++) {
      loadKeys(local, base, slice);
      loadQueries(local, queryRow, firstHead, slice);
      workgroupBarrier(); // the slice is in place
      // @unroll
      for (var unit = 0u; unit < unitsPerSlice; unit++) {
        var keys: array<vec4<f32>, keysPerLane>;
        // @unroll
        for (var k = 0u; k < keysPerLane; k++) {
          keys[k] = widen(keyTile[(dimGroup * keysPerTile + k * keyLanes + keyLane) * keyStride + unit]);
        }
        // @unroll
        for (var h = 0u; h < headsPerThread; h++) {
          let head = headLane * headsPerThread + h;
          var query: vec4<f32>;
          if (stageQueries == 1u) {
            query = queryTile[(dimGroup * unitsPerSlice + unit) * headsPerGroup + head];
          } else {
            query = q[(queryRow + min(firstHead + head, params.heads - 1u)) * rowUnits
              + dimGroup * groupUnits + slice * unitsPerSlice + unit];
          }
          // @unroll
          for (var k = 0u; k < keysPerLane; k++) {
            products[k * headsPerThread + h] = addDot(query, keys[k], products[k * headsPerThread + h]);
          }
        }
      }
      workgroupBarrier(); // the slice is used up
    }

    // Dim groups add their products in turns, each to other heads, so that no two touch one score.
    // @unroll
    for (var turn = 0u; turn < dimGroups; turn++) {
      // @unroll
      for (var v = 0u; v < threadVectors; v++) {
        if (dimGroup == (v + dimGroups - turn) % dimGroups) {
          // @unroll
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
    // @unroll
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
    // @unroll
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

    // @unroll
    for (var v = 0u; v < valueVectors; v++) {
      let factor = factors[firstVector + v];
      // @unroll
      for (var c = 0u; c < 4u; c++) {
        // @unroll
        for (var u = 0u; u < unitsPerThread; u++) {
          outputs[(v * 4u + c) * unitsPerThread + u] *= factor[c];
        }
      }
    }
    for (var first = 0u; first < live; first += keysPerStep) {
      var values: array<vec4<f32>, keysPerStep * unitsPerThread>;
      // @unroll
      for (var k = 0u; k < keysPerStep; k++) {
        let row = base + min(first + k, live - 1u) * rowUnits + valueLane;
        // @unroll
        for (var u = 0u; u < unitsPerThread; u++) {
          values[k * unitsPerThread + u] = widen(cache[row + u * valueLanes]);
        }
      }
      // @unroll
      for (var k = 0u; k < keysPerStep; k++) {
        // @unroll
        for (var v = 0u; v < valueVectors; v++) {
          let weight = scores[(first + k) * scoreStride + firstVector + v];
          // @unroll
          for (var c = 0u; c < 4u; c++) {
            // @unroll
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
  // @unroll
  for (var h = 0u; h < valueHeads; h++) {
    let head = firstHead + firstVector * 4u + h;
    if (head < params.heads) {
      let factor = factors[firstVector + h / 4u][h % 4u];
      let row = ((queryRow + head) * params.splits + split) * valueUnits + valueLane;
      // @unroll
      for (var u = 0u; u < unitsPerThread; u++) {
        o[row + u * valueLanes] = outputs[h * unitsPerThread + u] * factor;
      }
    }
  }
}
