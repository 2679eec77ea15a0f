// kda_prefill / recurrent: one token after the other, the state in registers.
//   S' = diag(exp2(g)) S,  u = beta (v - S'^T k),  S = S' + k u^T,  o = scale S^T q     S [K, V]
// One workgroup owns tileV columns of one head's S; a thread holds rowsPerThread rows of columnsPerThread columns.
// The sum S'^T k decides the pace: it crosses the threads of a column once a token. Outputs cross them once in `group`
// tokens. Linked with reduce_workgroup or reduce_subgroup.
// Workgroup memory: batch tokens of q, k, exp2(g) [K] and v [tileV], f32, and what the reduction needs.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 32u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 8u; // rows of S per thread
const columnsPerThread: u32 = 4u; // columns of S per thread
const batch: u32 = 16u; // tokens staged at a time
alias Io = f32; // storage type of q, k, v, o
alias Columns = vec4<f32>; // a row of a thread's columns
alias ColumnsIo = vec4<f32>; // the same in v and o

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
@group(0) @binding(3) var<storage, read> v: array<ColumnsIo>; // [B, T, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(6) var<storage, read_write> state: array<Columns>; // [B, H, K, V]
@group(0) @binding(7) var<storage, read_write> o: array<ColumnsIo>; // [B, T, H, V]

const columns: u32 = tileV / columnsPerThread; // threads that share a row
const parts: u32 = keyDim / rowsPerThread; // threads that share a column; part p holds rows 4 p + 4 parts j + e
const threads: u32 = columns * parts;
const keyVectors: u32 = keyDim / 4u;
const rowVectors: u32 = rowsPerThread / 4u;
const valueGroups: u32 = valueDim / columnsPerThread;
const group: u32 = 4u; // tokens between two sums of outputs
const groups: u32 = batch / group;
const loads: u32 = (batch * keyVectors + threads - 1u) / threads; // vec4s of a batch of q a thread fetches
const valueLoads: u32 = (batch * columns + threads - 1u) / threads;
const chains: u32 = 4u / columnsPerThread; // independent sums per column, so that one waits less for the last

// Nested so that all indices but one are constants, which costs one bounds check for many reads.
var<workgroup> queries: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, groups>;
var<workgroup> keys: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, groups>;
var<workgroup> gates: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, groups>;
var<workgroup> values: array<array<array<Columns, columns>, group>, groups>;
var<workgroup> strengths: array<array<f32, group>, groups>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  let column = columnOf(thread);
  let part = partOf(thread);
  let firstColumn = workgroup.x * columns;

  var S: array<Columns, rowsPerThread>;
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let row = 4u * (r / 4u * parts + part) + r % 4u;
    S[r] = state[(workgroup.y * keyDim + row) * valueGroups + firstColumn + column];
  }

  // Each round fetches a batch into registers while the one before it is worked on.
  for (var ahead = params.first; ahead < params.last + batch; ahead += batch) {
    var nextQuery = array<vec4<Io>, loads>();
    var nextKey = array<vec4<Io>, loads>();
    var nextGate = array<vec4<f32>, loads>();
    var nextValue = array<ColumnsIo, valueLoads>();
    // @unroll
    for (var i = 0u; i < loads; i++) {
      let item = thread + i * threads;
      let token = min(ahead + item / keyVectors, params.last - 1u);
      let at = ((tokenBase + token) * params.heads + head) * keyVectors + item % keyVectors;
      nextQuery[i] = q[at];
      nextKey[i] = k[at];
      nextGate[i] = g[at];
    }
    // @unroll
    for (var i = 0u; i < valueLoads; i++) {
      let item = thread + i * threads;
      let token = min(ahead + item / columns, params.last - 1u);
      nextValue[i] = v[((tokenBase + token) * params.heads + head) * valueGroups + firstColumn + item % columns];
    }
    let nextStrength = beta[(tokenBase + min(ahead + thread, params.last - 1u)) * params.heads + head];

    if (ahead > params.first) {
      for (var m = 0u; m < groups; m++) {
        var outputs = array<Columns, group>();
        // @unroll
        for (var n = 0u; n < group; n++) {
          var key = array<vec4<f32>, rowVectors>();
          var erased = array<Columns, chains>();
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            let gate = gates[m][n][j][part];
            key[j] = keys[m][n][j][part];
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] *= gate[e];
              erased[e % chains] = fma(Columns(key[j][e]), S[4u * j + e], erased[e % chains]);
            }
          }
          var sum = erased[0];
          // @unroll
          for (var c = 1u; c < chains; c++) {
            sum += erased[c];
          }
          let fresh = strengths[m][n] * (values[m][n][column] - sumOverParts(sum, thread, n % 2u));
          var output = array<Columns, chains>();
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            let query = queries[m][n][j][part];
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] = fma(Columns(key[j][e]), fresh, S[4u * j + e]);
              output[e % chains] = fma(Columns(query[e]), S[4u * j + e], output[e % chains]);
            }
          }
          outputs[n] = output[0];
          // @unroll
          for (var c = 1u; c < chains; c++) {
            outputs[n] += output[c];
          }
        }
        // Part p ends up with the output of token p % group.
        let output = sumOfGroup(outputs, thread);
        let token = ahead - batch + m * group + part % group;
        if (part < group && token < params.last) {
          o[((tokenBase + token) * params.heads + head) * valueGroups + firstColumn + column] = ColumnsIo(output);
        }
      }
    }
    workgroupBarrier(); // the tokens staged before are done with

    // Tokens past the last leave the state as it is: no decay, key and strength zero.
    // @unroll
    for (var i = 0u; i < loads; i++) {
      let item = thread + i * threads;
      let n = item / keyVectors;
      let x = item % keyVectors;
      let valid = ahead + n < params.last;
      if (n < batch) {
        let step = max(nextGate[i] * 1.4426950408889634, vec4<f32>(-127.0));
        queries[n / group][n % group][x / parts][x % parts] = vec4<f32>(nextQuery[i]) * params.scale;
        keys[n / group][n % group][x / parts][x % parts] = select(vec4<f32>(0.0), vec4<f32>(nextKey[i]), valid);
        gates[n / group][n % group][x / parts][x % parts] = select(vec4<f32>(1.0), exp2(step), valid);
      }
    }
    // @unroll
    for (var i = 0u; i < valueLoads; i++) {
      let item = thread + i * threads;
      let n = item / columns;
      if (n < batch) {
        values[n / group][n % group][item % columns] = Columns(nextValue[i]);
      }
    }
    if (thread < batch) {
      strengths[thread / group][thread % group] = select(0.0, nextStrength, ahead + thread < params.last);
    }
    workgroupBarrier(); // the staged batch is read by other threads
  }
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let row = 4u * (r / 4u * parts + part) + r % 4u;
    state[(workgroup.y * keyDim + row) * valueGroups + firstColumn + column] = S[r];
  }
}
