// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks
// come first. A thread owns rowsPerThread queries x keysPerThread keys of a tile's scores, and of the outputs the same
// queries x unitsPerThread units. What is staged next is fetched while the last slice is used.
// Workgroup memory: left: a slice of q, maxima, weights; right: a slice of k or of v; all f32.
// Linked with fma_layout.wgsl, layout.wgsl, one of io_f16 and io_f32, and one of one_range and more_ranges.

const keyUnits: u32 = 48u;     // K / 4
const valueUnits: u32 = 32u;   // V / 4
const rowLanes: u32 = 8u;      // threads along queries
const keyLanes: u32 = 8u;      // threads along keys, and along units of v
const lanesAcross: u32 = 8u;   // of 32 neighbouring threads, those along keys
const rowsPerThread: u32 = 4u;
const keysPerThread: u32 = 4u;
const sliceUnits: u32 = 4u;    // units of q and k staged at a time
alias Fetched = Unit;          // what q, k and v are read in

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let block = blockOf(group, groups.y, blockRows);
  let firstRow = block.firstRow;
  let lastRow = block.lastRow;
  let group32 = thread / 32u;
  let keyLane = thread % lanesAcross + group32 % groupsAcross * lanesAcross;
  let rowLane = thread % 32u / lanesAcross + group32 / groupsAcross * lanesDown;
  let seenByAll = visibleKeys(firstRow);
  let seenByAny = visibleKeys(lastRow);

  var outputs: array<vec4<f32>, rowsPerThread * unitsPerThread>;
  var maxima: array<f32, rowsPerThread>; // base 2
  var sums: array<f32, rowsPerThread>;   // over this thread's keys
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    maxima[i] = least;
  }
  var nextLeft: array<Unit, leftLoads>;
  var nextRight: array<Unit, rightLoads>;
  var queryAt: array<u32, leftLoads>;
  var keyAt: array<u32, rightLoads>;
  // @unroll
  for (var z = 0u; z < leftLoads; z++) {
    queryAt[z] = queryUnit(block, thread + z * threads);
    nextLeft[z] = q[queryAt[z]];
  }
  // @unroll
  for (var z = 0u; z < rightLoads; z++) {
    keyAt[z] = keyUnit(block, thread + z * threads, 0u);
    nextRight[z] = k[keyAt[z]];
  }

  for (var first = 0u; first < seenByAny; first += tileKeys) {
    var scores: array<f32, rowsPerThread * keysPerThread>;
    // @unroll
    for (var i = 0u; i < rowsPerThread * keysPerThread; i++) {
      scores[i] = 0.0;
    }
    for (var slice = 0u; slice < slices; slice++) {
      // @stage staging
      // @unroll
      for (var z = 0u; z < leftLoads; z++) {
        let at = thread + z * threads;
        let row = at / sliceUnits;
        left[row / rowLanes][row % rowLanes][at % sliceUnits] = widen(nextLeft[z]);
      }
      // @unroll
      for (var z = 0u; z < rightLoads; z++) {
        let at = thread + z * threads;
        let key = at / sliceUnits;
        let n = key / partKeys * 4u + key % 4u;
        right[n][key / 4u % keyLanes][at % sliceUnits] = widen(nextRight[z]);
      }
      // @end
      workgroupBarrier(); // the slice is in place
      // @stage fetch
      if (slice + 1u < slices) {
        // @unroll
        for (var z = 0u; z < leftLoads; z++) {
          nextLeft[z] = q[queryAt[z] + (slice + 1u) * sliceUnits];
        }
        // @unroll
        for (var z = 0u; z < rightLoads; z++) {
          nextRight[z] = k[keyAt[z] + (slice + 1u) * sliceUnits];
        }
      } else {
        // @unroll
        for (var z = 0u; z < rightLoads; z++) {
          nextRight[z] = v[valueUnit(block, thread + z * threads, first)];
        }
      }
      // @end
      // @stage scores
      // @unroll
      for (var unit = 0u; unit < sliceUnits; unit++) {
        var keys: array<vec4<f32>, keysPerThread>;
        // @unroll
        for (var n = 0u; n < keysPerThread; n++) {
          keys[n] = right[n][keyLane][unit];
        }
        // @unroll
        for (var i = 0u; i < rowsPerThread; i++) {
          let query = left[i][rowLane][unit];
          // @unroll
          for (var n = 0u; n < keysPerThread; n++) {
            scores[i * keysPerThread + n] = addDot(query, keys[n], scores[i * keysPerThread + n]);
          }
        }
      }
      // @end
      workgroupBarrier(); // the slice is used up
    }

    // @stage softmax
    let isEdge = first + tileKeys > seenByAll;
    // @unroll
    for (var i = 0u; i < rowsPerThread; i++) {
      let seen = visibleKeys(firstRow + i * rowLanes + rowLane);
      var best = masked;
      // @unroll
      for (var n = 0u; n < keysPerThread; n++) {
        let key = first + n / 4u * partKeys + keyLane * 4u + n % 4u;
        let score = scores[i * keysPerThread + n] * params.scale;
        scores[i * keysPerThread + n] = select(score, masked, isEdge && key >= seen);
        best = max(best, scores[i * keysPerThread + n]);
      }
      left[i][rowLane][keyLane / 4u][keyLane % 4u] = best;
    }
    workgroupBarrier(); // every thread's maxima are in place
    // @unroll
    for (var i = 0u; i < rowsPerThread; i++) {
      var best = vec4<f32>(maxima[i]);
      // @unroll
      for (var x = 0u; x < keyLanes / 4u; x++) {
        best = max(best, left[i][rowLane][x]);
      }
      let maximum = max(max(best.x, best.y), max(best.z, best.w));
      let shrink = exp2(maxima[i] - maximum);
      maxima[i] = maximum;
      sums[i] *= shrink;
      // @unroll
      for (var u = 0u; u < unitsPerThread; u++) {
        outputs[i * unitsPerThread + u] *= shrink;
      }
    }
    workgroupBarrier(); // the maxima are read
    // @end

    // @unroll
    for (var part = 0u; part < parts; part++) {
      // @stage softmax
      // @unroll
      for (var i = 0u; i < rowsPerThread; i++) {
        let at = i * keysPerThread + part * 4u;
        let score = vec4<f32>(scores[at], scores[at + 1u], scores[at + 2u], scores[at + 3u]);
        let weight = exp2(score - maxima[i]);
        sums[i] += weight.x + weight.y + weight.z + weight.w;
        left[i][rowLane][keyLane] = weight;
      }
      // @end
      for (var slice = 0u; slice < partSlices; slice++) {
        // @stage staging
        // @unroll
        for (var z = 0u; z < rightLoads; z++) {
          let at = thread + z * threads;
          let column = at % valueUnits;
          let i = at / valueUnits * unitsPerThread + column / keyLanes;
          right[i / sliceUnits][column % keyLanes][i % sliceUnits] = widen(nextRight[z]);
        }
        // @end
        workgroupBarrier(); // the weights and the slice are in place
        // @stage fetch
        if (part + 1u < parts || slice + 1u < partSlices) {
          let key = first + part * partKeys + (slice + 1u) * sliceKeys;
          // @unroll
          for (var z = 0u; z < rightLoads; z++) {
            nextRight[z] = v[valueUnit(block, thread + z * threads, key)];
          }
        } else {
          // @unroll
          for (var z = 0u; z < leftLoads; z++) {
            nextLeft[z] = q[queryAt[z]];
          }
          // @unroll
          for (var z = 0u; z < rightLoads; z++) {
            keyAt[z] = keyUnit(block, thread + z * threads, first + tileKeys);
            nextRight[z] = k[keyAt[z]];
          }
        }
        // @end
        // @stage outputs
        // @unroll
        for (var unit = 0u; unit < sliceKeys / 4u; unit++) {
          var weights: array<vec4<f32>, rowsPerThread>;
          // @unroll
          for (var i = 0u; i < rowsPerThread; i++) {
            weights[i] = left[i][rowLane][slice * (sliceKeys / 4u) + unit];
          }
          // @unroll
          for (var c = 0u; c < 4u; c++) {
            // @unroll
            for (var u = 0u; u < unitsPerThread; u++) {
              let n = (unit * 4u + c) * unitsPerThread + u;
              let value = right[n / sliceUnits][keyLane][n % sliceUnits];
              // @unroll
              for (var i = 0u; i < rowsPerThread; i++) {
                let at = i * unitsPerThread + u;
                outputs[at] = fma(vec4<f32>(weights[i][c]), value, outputs[at]);
              }
            }
          }
        }
        // @end
        workgroupBarrier(); // weights and slice are used up
      }
    }
  }

  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    left[i][rowLane][keyLane / 4u][keyLane % 4u] = sums[i];
  }
  workgroupBarrier(); // every thread's sums are in place
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    var total = vec4<f32>(0.0);
    // @unroll
    for (var x = 0u; x < keyLanes / 4u; x++) {
      total += left[i][rowLane][x];
    }
    let sum = total.x + total.y + total.z + total.w;
    let row = firstRow + i * rowLanes + rowLane;
    let at = queryRow(block, min(row, lastRow));
    let share = shareOf(at, select(masked, (maxima[i] + log2(sum)) * 0.69314718, sum > 0.0));
    storageBarrier(); // every thread of the query has read its lse
    let factor = share.own / max(sum, 1e-30);
    if (row <= lastRow) {
      if (keyLane == 0u) {
        lse[at] = share.lse;
      }
      // @unroll
      for (var u = 0u; u < unitsPerThread; u++) {
        writeUnit(block, row, u * keyLanes + keyLane, outputs[i * unitsPerThread + u] * factor, share.earlier);
      }
    }
  }
}
