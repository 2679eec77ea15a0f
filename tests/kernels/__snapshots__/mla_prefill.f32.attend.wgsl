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
  for (var i = 0u; i < rowsPerThread; i++) {
    maxima[i] = least;
  }
  var nextLeft: array<Unit, leftLoads>;
  var nextRight: array<Unit, rightLoads>;
  var queryAt: array<u32, leftLoads>;
  var keyAt: array<u32, rightLoads>;
  for (var z = 0u; z < leftLoads; z++) {
    queryAt[z] = queryUnit(block, thread + z * threads);
    nextLeft[z] = q[queryAt[z]];
  }
  for (var z = 0u; z < rightLoads; z++) {
    keyAt[z] = keyUnit(block, thread + z * threads, 0u);
    nextRight[z] = k[keyAt[z]];
  }

  for (var first = 0u; first < seenByAny; first += tileKeys) {
    var scores: array<f32, rowsPerThread * keysPerThread>;
    for (var i = 0u; i < rowsPerThread * keysPerThread; i++) {
      scores[i] = 0.0;
    }
    for (var slice = 0u; slice < slices; slice++) {
      // @stage staging
      for (var z = 0u; z < leftLoads; z++) {
        let at = thread + z * threads;
        let row = at / sliceUnits;
        left[row / rowLanes][row % rowLanes][at % sliceUnits] = widen(nextLeft[z]);
      }
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
        for (var z = 0u; z < leftLoads; z++) {
          nextLeft[z] = q[queryAt[z] + (slice + 1u) * sliceUnits];
        }
        for (var z = 0u; z < rightLoads; z++) {
          nextRight[z] = k[keyAt[z] + (slice + 1u) * sliceUnits];
        }
      } else {
        for (var z = 0u; z < rightLoads; z++) {
          nextRight[z] = v[valueUnit(block, thread + z * threads, first)];
        }
      }
      // @end
      // @stage scores
      for (var unit = 0u; unit < sliceUnits; unit++) {
        var keys: array<vec4<f32>, keysPerThread>;
        for (var n = 0u; n < keysPerThread; n++) {
          keys[n] = right[n][keyLane][unit];
        }
        for (var i = 0u; i < rowsPerThread; i++) {
          let query = left[i][rowLane][unit];
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
    for (var i = 0u; i < rowsPerThread; i++) {
      let seen = visibleKeys(firstRow + i * rowLanes + rowLane);
      var best = masked;
      for (var n = 0u; n < keysPerThread; n++) {
        let key = first + n / 4u * partKeys + keyLane * 4u + n % 4u;
        let score = scores[i * keysPerThread + n] * params.scale;
        scores[i * keysPerThread + n] = select(score, masked, isEdge && key >= seen);
        best = max(best, scores[i * keysPerThread + n]);
      }
      left[i][rowLane][keyLane / 4u][keyLane % 4u] = best;
    }
    workgroupBarrier(); // every thread's maxima are in place
    for (var i = 0u; i < rowsPerThread; i++) {
      var best = vec4<f32>(maxima[i]);
      for (var x = 0u; x < keyLanes / 4u; x++) {
        best = max(best, left[i][rowLane][x]);
      }
      let maximum = max(max(best.x, best.y), max(best.z, best.w));
      let shrink = exp2(maxima[i] - maximum);
      maxima[i] = maximum;
      sums[i] *= shrink;
      for (var u = 0u; u < unitsPerThread; u++) {
        outputs[i * unitsPerThread + u] *= shrink;
      }
    }
    workgroupBarrier(); // the maxima are read
    // @end

    for (var part = 0u; part < parts; part++) {
      // @stage softmax
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
          for (var z = 0u; z < rightLoads; z++) {
            nextRight[z] = v[valueUnit(block, thread + z * threads, key)];
          }
        } else {
          for (var z = 0u; z < leftLoads; z++) {
            nextLeft[z] = q[queryAt[z]];
          }
          for (var z = 0u; z < rightLoads; z++) {
            keyAt[z] = keyUnit(block, thread + z * threads, first + tileKeys);
            nextRight[z] = k[keyAt[z]];
          }
        }
        // @end
        // @stage outputs
        for (var unit = 0u; unit < sliceKeys / 4u; unit++) {
          var weights: array<vec4<f32>, rowsPerThread>;
          for (var i = 0u; i < rowsPerThread; i++) {
            weights[i] = left[i][rowLane][slice * (sliceKeys / 4u) + unit];
          }
          for (var c = 0u; c < 4u; c++) {
            for (var u = 0u; u < unitsPerThread; u++) {
              let n = (unit * 4u + c) * unitsPerThread + u;
              let value = right[n / sliceUnits][keyLane][n % sliceUnits];
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

  for (var i = 0u; i < rowsPerThread; i++) {
    left[i][rowLane][keyLane / 4u][keyLane % 4u] = sums[i];
  }
  workgroupBarrier(); // every thread's sums are in place
  for (var i = 0u; i < rowsPerThread; i++) {
    var total = vec4<f32>(0.0);
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
      for (var u = 0u; u < unitsPerThread; u++) {
        writeUnit(block, row, u * keyLanes + keyLane, outputs[i * unitsPerThread + u] * factor, share.earlier);
      }
    }
  }
}

// mla_prefill / fma_layout: what the fma pass derives from its tunables, its workgroup memory and where it reads.
// Linked behind fma.wgsl.

const threads: u32 = rowLanes * keyLanes;
const groupsAcross: u32 = keyLanes / lanesAcross;
const lanesDown: u32 = 32u / lanesAcross;
const blockRows: u32 = rowLanes * rowsPerThread;
const tileKeys: u32 = keyLanes * keysPerThread;
const parts: u32 = keysPerThread / 4u; // of a tile's weights, 4 keys of each thread: as many as left takes
const partKeys: u32 = 4u * keyLanes;
const slices: u32 = keyUnits / sliceUnits;
const unitsPerThread: u32 = valueUnits / keyLanes;
const sliceKeys: u32 = keysPerThread * sliceUnits / unitsPerThread; // rows of v staged at a time: as many as right takes
const partSlices: u32 = partKeys / sliceKeys;
const leftLoads: u32 = blockRows * sliceUnits / threads;
const rightLoads: u32 = tileKeys * sliceUnits / threads;
const masked: f32 = -1e30; // score of a key a query does not see
const least: f32 = -1e29;  // maximum over none: exp2(masked - least) is 0

// All indices but a lane are constants in the products: one bounds check serves many reads under naga. Rows are an odd
// number of vec4s long: neighbouring lanes meet no bank twice.
var<workgroup> left: array<array<array<vec4<f32>, keyLanes + 1u>, rowLanes>, rowsPerThread>;
var<workgroup> right: array<array<array<vec4<f32>, sliceUnits + 1u>, keyLanes>, keysPerThread>;

fn addDot(a: vec4<f32>, b: vec4<f32>, sum: f32) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}

// Where unit `at` of a slice of q, k or v begins: [rows, sliceUnits], and [rows, valueUnits] of v. Past the end the last
// row is repeated.
fn queryUnit(block: Block, at: u32) -> u32 {
  return queryRow(block, min(block.firstRow + at / sliceUnits, block.lastRow)) * keyUnits + at % sliceUnits;
}

fn keyUnit(block: Block, at: u32, firstKey: u32) -> u32 {
  return keyRow(block, firstKey + at / sliceUnits) * keyUnits + at % sliceUnits;
}

fn valueUnit(block: Block, at: u32, firstKey: u32) -> u32 {
  return keyRow(block, firstKey + at / valueUnits) * valueUnits + at % valueUnits;
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

// mla_prefill / io_f32: q, k, v and o as they are.

alias Unit = vec4<f32>;

fn widen(unit: Unit) -> vec4<f32> {
  return unit;
}

fn narrow(values: vec4<f32>) -> Unit {
  return values;
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
