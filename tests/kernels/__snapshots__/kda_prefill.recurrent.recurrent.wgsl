// kda_prefill / recurrent: one token after the other, the state in registers.
//   S' = diag(exp2(g)) S,  u = beta (v - S'^T k),  S = S' + k u^T,  o = scale (S'^T q + u (k . q))     S [K, V]
// One workgroup owns tileV columns of one head's S; a thread holds rowsPerThread rows of four columns. Both products
// come from one read of S', so each token costs one sum over threads. Linked with reduce_workgroup or reduce_subgroup.
// Workgroup memory: batch tokens of q, k, exp2(g) [K] and v [tileV], f32, and what the reduction needs.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 16u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 16u; // rows of S per thread
const batch: u32 = 8u; // tokens staged at a time
alias Io = f32; // storage type of q, k, v, o

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> v: array<vec4<Io>>; // [B, T, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(6) var<storage, read_write> state: array<vec4<f32>>; // [B, H, K, V]
@group(0) @binding(7) var<storage, read_write> o: array<vec4<Io>>; // [B, T, H, V]

const columns: u32 = tileV / 4u;
const parts: u32 = keyDim / rowsPerThread; // threads that share a column
const threads: u32 = columns * parts;
const keyVectors: u32 = keyDim / 4u;
const valueVectors: u32 = valueDim / 4u;
const rowVectors: u32 = rowsPerThread / 4u;

var<workgroup> queries: array<vec4<f32>, batch * keyVectors>;
var<workgroup> keys: array<vec4<f32>, batch * keyVectors>;
var<workgroup> gates: array<vec4<f32>, batch * keyVectors>;
var<workgroup> values: array<vec4<f32>, batch * columns>;

// What one token takes from the decayed state: S'^T k, S'^T q and k . q.
struct Taken {
  erased: vec4<f32>,
  kept: vec4<f32>,
  overlap: f32,
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let firstColumn = workgroup.x * columns;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  let column = columnOf(thread);
  let part = partOf(thread);
  let stateAt = (workgroup.y * keyDim + part * rowsPerThread) * valueVectors + firstColumn + column;

  var S: array<vec4<f32>, rowsPerThread>;
  for (var r = 0u; r < rowsPerThread; r++) {
    S[r] = state[stateAt + r * valueVectors];
  }
  for (var start = params.first; start < params.last; start += batch) {
    for (var i = thread; i < batch * keyVectors; i += threads) {
      let token = min(start + i / keyVectors, params.last - 1u);
      let at = ((tokenBase + token) * params.heads + head) * keyVectors + i % keyVectors;
      queries[i] = vec4<f32>(q[at]) * params.scale;
      keys[i] = vec4<f32>(k[at]);
      gates[i] = exp2(max(g[at] * 1.4426950408889634, vec4<f32>(-127.0)));
    }
    for (var i = thread; i < batch * columns; i += threads) {
      let token = min(start + i / columns, params.last - 1u);
      let at = ((tokenBase + token) * params.heads + head) * valueVectors + firstColumn + i % columns;
      values[i] = vec4<f32>(v[at]);
    }
    workgroupBarrier(); // staged tokens are read by other threads

    let count = min(batch, params.last - start);
    for (var n = 0u; n < count; n++) {
      let strength = beta[(tokenBase + start + n) * params.heads + head];
      var mine = Taken(vec4<f32>(0.0), vec4<f32>(0.0), 0.0);
      let at = n * keyVectors + part * rowVectors;
      for (var r = 0u; r < rowVectors; r++) {
        let gate = gates[at + r];
        let key = keys[at + r];
        let query = queries[at + r];
        mine.overlap += dot(key, query);
        for (var e = 0u; e < 4u; e++) {
          S[4u * r + e] *= gate[e];
          mine.erased = fma(vec4<f32>(key[e]), S[4u * r + e], mine.erased);
          mine.kept = fma(vec4<f32>(query[e]), S[4u * r + e], mine.kept);
        }
      }
      let taken = sumOverParts(mine, thread, n % 2u);
      let fresh = strength * (values[n * columns + column] - taken.erased);
      for (var r = 0u; r < rowVectors; r++) {
        let key = keys[at + r];
        for (var e = 0u; e < 4u; e++) {
          S[4u * r + e] = fma(vec4<f32>(key[e]), fresh, S[4u * r + e]);
        }
      }
      if (part == 0u) {
        let to = ((tokenBase + start + n) * params.heads + head) * valueVectors + firstColumn + column;
        o[to] = vec4<Io>(fma(vec4<f32>(taken.overlap), fresh, taken.kept));
      }
    }
    workgroupBarrier(); // the next tokens overwrite these
  }
  for (var r = 0u; r < rowsPerThread; r++) {
    state[stateAt + r * valueVectors] = S[r];
  }
}

// kda_prefill / reduce_workgroup: sums over the threads of a column, through workgroup memory.
// Two sets of partial sums take turns, so that one barrier a token is enough.
// Workgroup memory: 2 x [parts, columns] of two vec4 and one f32.

var<workgroup> partErased: array<vec4<f32>, 2u * parts * columns>;
var<workgroup> partKept: array<vec4<f32>, 2u * parts * columns>;
var<workgroup> partOverlap: array<f32, 2u * parts>;

fn columnOf(thread: u32) -> u32 {
  return thread % columns;
}

fn partOf(thread: u32) -> u32 {
  return thread / columns;
}

fn sumOverParts(mine: Taken, thread: u32, turn: u32) -> Taken {
  let base = turn * parts * columns;
  partErased[base + thread] = mine.erased;
  partKept[base + thread] = mine.kept;
  if (columnOf(thread) == 0u) {
    partOverlap[turn * parts + partOf(thread)] = mine.overlap;
  }
  workgroupBarrier(); // partial sums are read by other threads
  var sum = Taken(vec4<f32>(0.0), vec4<f32>(0.0), 0.0);
  for (var p = 0u; p < parts; p++) {
    sum.erased += partErased[base + p * columns + columnOf(thread)];
    sum.kept += partKept[base + p * columns + columnOf(thread)];
    sum.overlap += partOverlap[turn * parts + p];
  }
  return sum;
}
