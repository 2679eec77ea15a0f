enable subgroups;
diagnostic(off, subgroup_uniformity);
// kda_prefill / recurrent: four tokens after the other four, the state in registers.
//   e_i = (G_i k_i)^T S,  u_i = beta_i (v_i - e_i - sum_{j<i} A_ij u_j)         G_i = exp2(g_0 + .. + g_i)
//   o_i = (G_i q_i)^T S + sum_{j<=i} P_ij u_j,  S' = G_3 S + sum_i (G_3 / G_i k_i) u_i^T         S [K, V]
//   A_ij = k_i . (G_i / G_j k_j),  P_ij = q_i . (G_i / G_j k_j)
// One workgroup owns tileV columns of one head's S; a worker holds rowsPerThread rows of columnsPerThread columns.
// The sums e decide the pace: they cross the workers of a column, and what does not need them is done meanwhile.
// Loaders, whole subgroups of their own, decay the next batch: a worker that fetched for itself would wait out the
// memory's latency once a batch, since compilers move loads down to their first use. A team of loaders takes a block.
// The workers of a column are neighbours in one subgroup, and so are the loaders of a team.
// Workgroup memory: twice batch tokens of G k, G q, G_3/G k [K], G_3 [K], v [tileV], beta; A and P; f32.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 16u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 32u; // rows of S per thread
const columnsPerThread: u32 = 1u; // columns of S per thread
const batch: u32 = 8u; // tokens staged at a time
const loaders: u32 = 64u; // threads that stage
const team: u32 = 32u; // loaders of a block, one subgroup or less
alias Io = f32; // storage type of q, k, v, o
alias Columns = f32; // a row of a thread's columns
alias ColumnsIo = f32; // the same in v and o

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
const block: u32 = 4u; // tokens worked on together
const blocks: u32 = batch / block;
const chains: u32 = 4u / columnsPerThread; // independent sums per column, so that one waits less for the last

// The decayed rows of a block, by token.
alias Rows = array<array<array<vec4<f32>, parts>, rowVectors>, block>;
// Nested so that all indices but two are constants, which costs one bounds check for many reads.
var<workgroup> keysIn: array<Rows, 2u * blocks>; // G k, against the state before the block
var<workgroup> queriesIn: array<Rows, 2u * blocks>; // scale G q
var<workgroup> keysOut: array<Rows, 2u * blocks>; // G_3 / G k, into the state after the block
var<workgroup> decays: array<array<array<vec4<f32>, parts>, rowVectors>, 2u * blocks>; // G_3
var<workgroup> products: array<array<vec4<f32>, block>, 2u * blocks>; // P_ij at [i][j], A_ij at [j][i]
var<workgroup> values: array<array<array<Columns, columns>, block>, 2u * blocks>;
var<workgroup> strengths: array<vec4<f32>, 2u * blocks>;

// Stages the batch of tokens at `start` as the `turn`th. Tokens past the last leave the state as it is.
fn stage(loader: u32, start: u32, turn: u32, sequence: u32, firstColumn: u32) {
  for (var b = loader / team; b < blocks; b += loaders / team) {
    stageBlock(loader % team, start + b * block, turn * blocks + b, sequence);
  }
  let tokenBase = sequence / params.heads * params.tokens;
  for (var item = loader; item < batch * columns; item += loaders) {
    let n = item / columns;
    let x = item % columns;
    let token = tokenBase + min(start + n, params.last - 1u);
    let at = token * params.heads + sequence % params.heads;
    values[turn * blocks + n / block][n % block][x] = Columns(v[at * valueGroups + firstColumn + x]);
    if (x == 0u) {
      strengths[turn * blocks + n / block][n % block] = select(0.0, beta[at], start + n < params.last);
    }
  }
}

fn stageBlock(lane: u32, start: u32, to: u32, sequence: u32) {
  var sums = array<f32, 16>(); // P_ij at 4 i + j, A_ij at 4 j + i
  for (var s = 0u; s < keyVectors; s += team) {
    let x = s + lane;
    var key = array<vec4<f32>, block>();
    var query = array<vec4<f32>, block>();
    var gate = array<vec4<f32>, block>();
    for (var n = 0u; n < block; n++) {
      let token = sequence / params.heads * params.tokens + min(start + n, params.last - 1u);
      let at = (token * params.heads + sequence % params.heads) * keyVectors + x;
      let valid = start + n < params.last;
      key[n] = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
      query[n] = vec4<f32>(q[at]) * params.scale;
      gate[n] = select(vec4<f32>(1.0), exp2(max(g[at] * 1.4426950408889634, vec4<f32>(-127.0))), valid);
    }
    var decay = vec4<f32>(1.0); // G_i
    var held = array<vec4<f32>, block>(); // G_i / G_j k_j
    for (var i = 0u; i < block; i++) {
      decay *= gate[i];
      for (var j = 0u; j < i; j++) {
        held[j] *= gate[i];
        sums[4u * i + j] += dot(query[i], held[j]);
        sums[4u * j + i] += dot(key[i], held[j]);
      }
      held[i] = key[i];
      sums[5u * i] += dot(query[i], key[i]);
      keysIn[to][i][x / parts][x % parts] = decay * key[i];
      queriesIn[to][i][x / parts][x % parts] = decay * query[i];
    }
    for (var i = 0u; i < block; i++) {
      keysOut[to][i][x / parts][x % parts] = held[i];
    }
    decays[to][x / parts][x % parts] = decay;
  }

  // Sums over the team: halves are exchanged until each lane keeps one of the sixteen, or a few.
  for (var i = 0u; i < 8u; i++) {
    sums[i] = exchanged(sums[i], sums[i + 8u], lane, 1u);
  }
  for (var i = 0u; i < 4u; i++) {
    sums[i] = exchanged(sums[i], sums[i + 4u], lane, 2u);
  }
  var first = (lane & 1u) * 8u + (lane & 2u) * 2u;
  if (team >= 8u) {
    sums[0] = exchanged(sums[0], sums[2], lane, 4u);
    sums[1] = exchanged(sums[1], sums[3], lane, 4u);
    first += (lane & 4u) / 2u;
  }
  if (team >= 16u) {
    sums[0] = exchanged(sums[0], sums[1], lane, 8u);
    first += (lane & 8u) / 8u;
  }
  if (team >= 32u) {
    sums[0] += subgroupShuffleXor(sums[0], 16u);
  }
  let row = first / 4u;
  products[to][row][first % 4u] = sums[0];
  if (team < 16u) { products[to][row][first % 4u + 1u] = sums[1]; }
  if (team < 8u) {
    products[to][row][2] = sums[2];
    products[to][row][3] = sums[3];
  }
}

// Half of two sums: lanes with the bit `distance` keep the second, the others the first.
fn exchanged(one: f32, two: f32, lane: u32, distance: u32) -> f32 {
  let second = (lane & distance) != 0u;
  return select(one, two, second) + subgroupShuffleXor(select(two, one, second), distance);
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

// Sums of a block's four tokens, that of token p % 4 in part p: halves are exchanged until each part keeps one.
fn sumOfToken(mine: array<Columns, block>, part: u32) -> Columns {
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
  for (var r = 0u; r < rowsPerThread; r++) {
    let row = 4u * (r / 4u * parts + part) + r % 4u;
    S[r] = state[(sequence * keyDim + row) * valueGroups + column];
  }

  // Loaders are a batch ahead of the workers.
  var turn = 0u;
  for (var start = params.first; start < params.last + batch; start += batch) {
    if (thread >= workers) {
      stage(thread - workers, start, turn, sequence, firstColumn);
    } else if (start > params.first) {
      for (var m = 0u; m < blocks; m++) {
        let staged = (1u - turn) * blocks + m;
        var fresh = array<Columns, block>(); // e, then u
        for (var n = 0u; n < block; n++) {
          var erased = array<Columns, chains>();
          for (var j = 0u; j < rowVectors; j++) {
            let key = keysIn[staged][n][j][part];
            for (var e = 0u; e < 4u; e++) {
              erased[e % chains] = fma(Columns(key[e]), S[4u * j + e], erased[e % chains]);
            }
          }
          for (var c = 1u; c < chains; c++) {
            erased[0] += erased[c];
          }
          fresh[n] = sumOverParts(erased[0]);
        }

        // While these sums are under way: outputs as far as the state before the block goes, and its decay.
        var kept = array<Columns, block>();
        for (var n = 0u; n < block; n++) {
          var output = array<Columns, chains>();
          for (var j = 0u; j < rowVectors; j++) {
            let query = queriesIn[staged][n][j][part];
            for (var e = 0u; e < 4u; e++) {
              output[e % chains] = fma(Columns(query[e]), S[4u * j + e], output[e % chains]);
            }
          }
          kept[n] = output[0];
          for (var c = 1u; c < chains; c++) {
            kept[n] += output[c];
          }
        }
        for (var j = 0u; j < rowVectors; j++) {
          let decay = decays[staged][j][part];
          for (var e = 0u; e < 4u; e++) {
            S[4u * j + e] *= decay[e];
          }
        }

        let strength = strengths[staged];
        for (var n = 0u; n < block; n++) {
          fresh[n] = values[staged][n][column - firstColumn] - fresh[n];
          for (var j = 0u; j < n; j++) {
            fresh[n] -= products[staged][j][n] * fresh[j];
          }
          fresh[n] *= strength[n];
        }
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < rowVectors; j++) {
            let key = keysOut[staged][n][j][part];
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] = fma(Columns(key[e]), fresh[n], S[4u * j + e]);
            }
          }
        }

        // Part p writes the output of token p % block.
        let n = part % block;
        var output = sumOfToken(kept, part);
        let weights = products[staged][n];
        for (var j = 0u; j < block; j++) {
          output += select(0.0, weights[j], j <= n) * fresh[j];
        }
        let token = start - batch + m * block + n;
        if (part < block && token < params.last) {
          let at = (sequence / params.heads * params.tokens + token) * params.heads + sequence % params.heads;
          o[at * valueGroups + column] = ColumnsIo(output);
        }
      }
    }
    turn = 1u - turn;
    workgroupBarrier(); // a batch is staged, and the one before it done with
  }
  if (thread < workers) {
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      state[(sequence * keyDim + row) * valueGroups + column] = S[r];
    }
  }
}
