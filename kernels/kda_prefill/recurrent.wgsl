// kda_prefill / recurrent: one token after the other, the state in registers.
//   S' = diag(exp2(g)) S,  u = beta (v - S'^T k),  S = S' + k u^T,  o = scale S^T q     S [K, V]
// One workgroup owns tileV columns of one head's S; a worker holds rowsPerThread rows of columnsPerThread columns.
// The sum S'^T k decides the pace: it crosses the workers of a column once a token, and what does not need it is done
// meanwhile, the output of the token before included. Outputs cross them once in four tokens.
// Loaders, whole subgroups of their own, fetch and decay the next batch meanwhile: a worker that fetched for itself
// would wait out the memory's latency once a batch, since compilers move loads down to their first use.
// The workers of a column are neighbours in one subgroup.
// Workgroup memory: twice batch tokens of q, k, exp2(g) [K] and v [tileV], f32.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 32u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 8u; // rows of S per thread
const columnsPerThread: u32 = 4u; // columns of S per thread
const batch: u32 = 8u; // tokens staged at a time
const loaders: u32 = 64u; // threads that stage
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

const columns: u32 = tileV / columnsPerThread; // workers that share a row
const parts: u32 = keyDim / rowsPerThread; // workers that share a column; part p holds rows 4 p + 4 parts j + e
const workers: u32 = columns * parts;
const threads: u32 = workers + loaders;
const keyVectors: u32 = keyDim / 4u;
const rowVectors: u32 = rowsPerThread / 4u;
const valueGroups: u32 = valueDim / columnsPerThread;
const group: u32 = 4u; // tokens between two sums of outputs
const groups: u32 = batch / group;
const chains: u32 = 4u / columnsPerThread; // independent sums per column, so that one waits less for the last

// Nested so that all indices but two are constants, which costs one bounds check for many reads.
var<workgroup> queries: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, 2u * groups>;
var<workgroup> keys: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, 2u * groups>;
var<workgroup> gates: array<array<array<array<vec4<f32>, parts>, rowVectors>, group>, 2u * groups>;
var<workgroup> values: array<array<array<Columns, columns>, group>, 2u * groups>;
var<workgroup> strengths: array<array<f32, group>, 2u * groups>;

// Stages the batch of tokens at `start` as the `turn`th, with each token the query of the one before it.
// Tokens past the last leave the state as it is.
fn stage(loader: u32, start: u32, turn: u32, sequence: u32, firstColumn: u32) {
  let tokenBase = sequence / params.heads * params.tokens;
  let head = sequence % params.heads;
  // @unroll
  for (var i = 0u; i < batch * keyVectors; i += loaders) {
    let n = (i + loader) / keyVectors;
    let x = (i + loader) % keyVectors;
    let valid = start + n < params.last;
    let token = tokenBase + min(start + n, params.last - 1u);
    let before = tokenBase + clamp(start + n, params.first + 1u, params.last) - 1u;
    let at = (token * params.heads + head) * keyVectors + x;
    let step = max(g[at] * 1.4426950408889634, vec4<f32>(-127.0));
    let m = turn * groups + n / group;
    queries[m][n % group][x / parts][x % parts] = 
      vec4<f32>(q[(before * params.heads + head) * keyVectors + x]) * params.scale;
    keys[m][n % group][x / parts][x % parts] = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
    gates[m][n % group][x / parts][x % parts] = select(vec4<f32>(1.0), exp2(step), valid);
  }
  for (var item = loader; item < batch * columns; item += loaders) {
    let n = item / columns;
    let x = item % columns;
    let at = (tokenBase + min(start + n, params.last - 1u)) * params.heads + head;
    values[turn * groups + n / group][n % group][x] = Columns(v[at * valueGroups + firstColumn + x]);
    if (x == 0u) {
      strengths[turn * groups + n / group][n % group] = select(0.0, beta[at], start + n < params.last);
    }
  }
}

// The sum over all parts, in all of them.
fn sumOverParts(mine: Columns) -> Columns {
  var sum = mine;
  if (parts > 1u) { sum += subgroupShuffleXor(sum, 1u); }
  if (parts > 2u) { sum += subgroupShuffleXor(sum, 2u); }
  if (parts > 4u) { sum += subgroupShuffleXor(sum, 4u); }
  if (parts > 8u) { sum += subgroupShuffleXor(sum, 8u); }
  if (parts > 16u) { sum += subgroupShuffleXor(sum, 16u); }
  return sum;
}

// Sums of a group's four tokens, that of token p % 4 in part p: halves are exchanged until each part keeps one.
fn sumOfGroup(mine: array<Columns, group>, part: u32) -> Columns {
  let high = (part & 2u) != 0u;
  var low = select(mine[0], mine[2], high) + subgroupShuffleXor(select(mine[2], mine[0], high), 2u);
  let top = select(mine[1], mine[3], high) + subgroupShuffleXor(select(mine[3], mine[1], high), 2u);
  let odd = (part & 1u) != 0u;
  low = select(low, top, odd) + subgroupShuffleXor(select(top, low, odd), 1u);
  if (parts > 4u) { low += subgroupShuffleXor(low, 4u); }
  if (parts > 8u) { low += subgroupShuffleXor(low, 8u); }
  if (parts > 16u) { low += subgroupShuffleXor(low, 16u); }
  return low;
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let sequence = workgroup.y; // of one head
  let firstColumn = workgroup.x * columns;
  let column = firstColumn + thread / parts % columns;
  let part = thread % parts;

  var S: array<Columns, rowsPerThread>;
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let row = 4u * (r / 4u * parts + part) + r % 4u;
    S[r] = state[(sequence * keyDim + row) * valueGroups + column];
  }

  // Loaders are a batch ahead of the workers, whose outputs are a token behind.
  var turn = 0u;
  for (var start = params.first; start <= params.last + batch; start += batch) {
    if (thread >= workers) {
      stage(thread - workers, start, turn, sequence, firstColumn);
    } else if (start > params.first) {
      for (var m = 0u; m < groups; m++) {
        let staged = (1u - turn) * groups + m;
        var outputs = array<Columns, group>();
        // @unroll
        for (var n = 0u; n < group; n++) {
          var gate = array<vec4<f32>, rowVectors>();
          var key = array<vec4<f32>, rowVectors>();
          var erased = array<Columns, chains>();
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            gate[j] = gates[staged][n][j][part];
            key[j] = keys[staged][n][j][part];
            let weight = gate[j] * key[j];
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              erased[e % chains] = fma(Columns(weight[e]), S[4u * j + e], erased[e % chains]);
            }
          }
          // @unroll
          for (var c = 1u; c < chains; c++) {
            erased[0] += erased[c];
          }
          let sum = sumOverParts(erased[0]);
          // While the sum is under way: the output of the token before, and the decay.
          var output = array<Columns, chains>();
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            let query = queries[staged][n][j][part];
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              output[e % chains] = fma(Columns(query[e]), S[4u * j + e], output[e % chains]);
              S[4u * j + e] *= gate[j][e];
            }
          }
          outputs[n] = output[0];
          // @unroll
          for (var c = 1u; c < chains; c++) {
            outputs[n] += output[c];
          }
          let fresh = strengths[staged][n] * (values[staged][n][column - firstColumn] - sum);
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] = fma(Columns(key[j][e]), fresh, S[4u * j + e]);
            }
          }
        }
        let output = sumOfGroup(outputs, part);
        let next = start - batch + m * group + part % group;
        if (part < group && next > params.first && next <= params.last) {
          let token = sequence / params.heads * params.tokens + next - 1u;
          let at = token * params.heads + sequence % params.heads;
          o[at * valueGroups + column] = ColumnsIo(output);
        }
      }
    }
    turn = 1u - turn;
    workgroupBarrier(); // a batch is staged, and the one before it done with
  }
  if (thread < workers) {
    // @unroll
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      state[(sequence * keyDim + row) * valueGroups + column] = S[r];
    }
  }
}
