enable subgroups;
diagnostic(off, subgroup_uniformity);
// kda_prefill / recurrent: four tokens after the other four, the state in registers.
//   e_i = (G_i k_i)^T S,  u_i = beta_i (v_i - e_i - sum_{j<i} A_ij u_j)         G_i = exp2(g_0 + .. + g_i)
//   o_i = (G_i q_i)^T S + sum_{j<=i} P_ij u_j,  S' = G_3 S + sum_i (G_3 / G_i k_i) u_i^T         S [K, V]
//   A_ij = k_i . (G_i / G_j k_j),  P_ij = q_i . (G_i / G_j k_j)
// One workgroup owns tileV columns of one head's S; a worker holds rowsPerThread rows of four columns, in registers.
// The sums e decide the pace: they cross the workers of a column, and what does not need them is done meanwhile.
// Loaders, whole subgroups of their own, stage the next batch meanwhile. Linked with recurrent_loaders.
// Neighbours in one subgroup: the workers of a column, and the loaders of a block.
// Work may be cut into segments of tokens, workgroup z the z-th of its window: a state wider than V is the map of a
// segment, what it adds to a state of zeros and what it makes of the identity, and then there are no outputs.
// Workgroup memory: twice batch tokens of G k, G q, G_3/G k [K], G_3 [K], v [tileV], beta; A and P; f32.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const stateDim: u32 = 256u; // columns of S: V, or V + K of a map
const tileV: u32 = 16u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 16u; // rows of S per worker
const batch: u32 = 8u; // tokens staged at a time
const team: u32 = 32u; // loaders of a block, one subgroup or less
alias Io = f32; // storage type of q, k, v, o

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
  segment: u32, // tokens of a segment
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> v: array<Io>; // [B, T, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(6) var<storage, read_write> state: array<f32>; // [segments, B, H, K, stateDim]
@group(0) @binding(7) var<storage, read_write> o: array<Io>; // [B, T, H, V]

const block: u32 = 4u; // tokens worked on together
const blocks: u32 = batch / block;
const columns: u32 = 4u; // of S per worker
const parts: u32 = keyDim / rowsPerThread; // workers that share columns; part p holds rows 4 p + 4 parts j + e
const workers: u32 = tileV / columns * parts;
const loaders: u32 = blocks * team;
const threads: u32 = workers + loaders;
const keyVectors: u32 = keyDim / 4u;
const rowVectors: u32 = rowsPerThread / 4u;
const rounds: u32 = keyVectors / team; // vec4s of a token's keys per loader
const valueLoads: u32 = (batch * tileV + loaders - 1u) / loaders;
const quads: u32 = parts / 4u; // workers that hold the same sums

// The decayed rows of a block, by token. Nested so that all indices but two are constants, which costs one bounds
// check for many reads.
alias Rows = array<array<array<vec4<f32>, parts>, rowVectors>, block>;
var<workgroup> keysIn: array<Rows, 2u * blocks>; // G k, against the state before the block
var<workgroup> queriesIn: array<Rows, 2u * blocks>; // scale G q
var<workgroup> keysOut: array<Rows, 2u * blocks>; // G_3 / G k, into the state after the block
var<workgroup> decays: array<array<array<vec4<f32>, parts>, rowVectors>, 2u * blocks>; // G_3
var<workgroup> products: array<array<vec4<f32>, block>, 2u * blocks>; // P_ij at [i][j], A_ij at [j][i]
var<workgroup> values: array<array<vec4<f32>, tileV>, 2u * blocks>; // of four tokens
var<workgroup> strengths: array<vec4<f32>, 2u * blocks>;

// What a workgroup works through.
struct Segment {
  firstRow: u32, // row of its sequence's token 0 in q, k, g, v and o
  last: u32, // token after its last
}

// The row of a token in q, k, g, v and o; one past the last is read as the last.
fn rowOf(token: u32, segment: Segment) -> u32 {
  return segment.firstRow + min(token, segment.last - 1u) * params.heads;
}

// Four tokens' sums over all parts of four columns each: part p gets those of its first, p % 4.
fn sumOverParts(mine: array<vec4<f32>, block>) -> vec4<f32> {
  var sums = vec4<f32>(0.0);
  for (var n = 0u; n < block; n++) {
    let pair = mine[n].xz + subgroupShuffleXor(mine[n].yw, 1u);
    sums[n] = pair.x + subgroupShuffleXor(pair.y, 2u);
  }
  if (parts > 4u) { sums += subgroupShuffleXor(sums, 4u); }
  if (parts > 8u) { sums += subgroupShuffleXor(sums, 8u); }
  if (parts > 16u) { sums += subgroupShuffleXor(sums, 16u); }
  return sums;
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let sequence = workgroup.y; // of one head
  let firstRow = sequence / params.heads * params.tokens * params.heads + sequence % params.heads;
  let first = params.first + workgroup.z * params.segment;
  let segment = Segment(firstRow, min(first + params.segment, params.last));
  let firstColumn = workgroup.x * tileV;
  let part = thread % parts;
  let group = firstColumn + thread / parts * 4u; // first of four columns
  let stateAt = (workgroup.z * groups.y + sequence) * keyDim * stateDim + group;

  // The same in all lanes of a subgroup, and known to be: under a branch it must take for divergent, a compiler guards
  // every shuffle (twice the instructions on NVIDIA, 2026-11).
  let isLoader = subgroupBroadcastFirst(thread) >= workers;

  var S: array<vec4<f32>, rowsPerThread>; // columns c ^ p % 4 in part p, so that sums meet without a choice
  var next: Fetched;
  if (!isLoader) {
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      for (var c = 0u; c < 4u; c++) {
        let column = c ^ (part % 4u);
        if (stateDim == valueDim) {
          S[r][c] = state[stateAt + row * stateDim + column];
        } else {
          S[r][c] = select(0.0, 1.0, group + column == valueDim + row);
        }
      }
    }
  } else {
    next = fetch(thread - workers, first, segment, firstColumn);
  }

  // Loaders are a batch ahead of the workers.
  var turn = 0u;
  for (var start = first; start < segment.last + batch; start += batch) {
    if (isLoader) {
      stage(thread - workers, start, turn, segment.last, next);
      next = fetch(thread - workers, start + batch, segment, firstColumn); // in flight across the barrier
    } else if (start > first) {
      for (var m = 0u; m < blocks; m++) {
        // Reads of workgroup memory come in batches ahead of their use: compilers leave them where they stand.
        let staged = (1u - turn) * blocks + m;
        var keyRows = array<vec4<f32>, block * rowVectors>();
        var queryRows = array<vec4<f32>, block * rowVectors>();
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < rowVectors; j++) {
            keyRows[n * rowVectors + j] = keysIn[staged][n][j][part];
            queryRows[n * rowVectors + j] = queriesIn[staged][n][j][part];
          }
        }
        var erased = array<vec4<f32>, block>();
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < rowVectors; j++) {
            for (var e = 0u; e < 4u; e++) {
              erased[n] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), S[4u * j + e], erased[n]);
            }
          }
        }
        let sums = sumOverParts(erased);

        // While these sums are under way: outputs as far as the state before the block goes, and its decay.
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < rowVectors; j++) {
            keyRows[n * rowVectors + j] = keysOut[staged][n][j][part];
          }
        }
        var decay = array<vec4<f32>, rowVectors>();
        for (var j = 0u; j < rowVectors; j++) {
          decay[j] = decays[staged][j][part];
        }
        let weights = products[staged];
        let strength = strengths[staged];
        var fresh = values[staged][group - firstColumn + part % 4u]; // v, then u of column part % 4
        var kept = array<vec4<f32>, block>();
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < rowVectors; j++) {
            for (var e = 0u; e < 4u; e++) {
              kept[n] = fma(vec4<f32>(queryRows[n * rowVectors + j][e]), S[4u * j + e], kept[n]);
            }
          }
        }
        for (var j = 0u; j < rowVectors; j++) {
          for (var e = 0u; e < 4u; e++) {
            S[4u * j + e] *= decay[j][e];
          }
        }

        fresh -= sums;
        for (var n = 0u; n < block; n++) {
          for (var j = 0u; j < n; j++) {
            fresh[n] -= weights[j][n] * fresh[j];
          }
          fresh[n] *= strength[n];
        }
        let fresh1 = subgroupShuffleXor(fresh, 1u);
        let fresh2 = subgroupShuffleXor(fresh, 2u);
        let fresh3 = subgroupShuffleXor(fresh, 3u);
        for (var n = 0u; n < block; n++) {
          let row = vec4<f32>(fresh[n], fresh1[n], fresh2[n], fresh3[n]);
          for (var j = 0u; j < rowVectors; j++) {
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), row, S[4u * j + e]);
            }
          }
        }

        // Part p writes the outputs of tokens p / 4, p / 4 + quads, .. in column p % 4.
        let outputs = sumOverParts(kept);
        for (var i = 0u; i < block; i += quads) {
          let n = i + part / 4u;
          let token = start - batch + m * block + n;
          if (stateDim == valueDim && n < block && token < segment.last) {
            let row = products[staged][n];
            var output = outputs[n];
            for (var j = 0u; j < block; j++) {
              output = fma(select(0.0, row[j], j <= n), fresh[j], output);
            }
            o[rowOf(token, segment) * valueDim + group + part % 4u] = Io(output);
          }
        }
      }
    }
    turn = 1u - turn;
    workgroupBarrier(); // a batch is staged, and the one before it done with
  }
  if (!isLoader) {
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      for (var c = 0u; c < 4u; c++) {
        state[stateAt + row * stateDim + (c ^ (part % 4u))] = S[r][c];
      }
    }
  }
}

// kda_prefill / recurrent_loaders: the threads of the recurrent pass that fetch tokens, decay them, and stage them.
//   G_i k_i,  scale G_i q_i,  G_3 / G_i k_i,  G_3;  P_ij = q_i . (G_i / G_j k_j),  A_ij = k_i . (G_i / G_j k_j)
// A team of loaders takes a block of four tokens, each lane its channels. What is fetched is on its way across the
// barrier and staged in the next round: a load whose value is used in the same round is moved down to its use by
// compilers, and its latency is waited out.
// Workgroup memory: none of its own.

// What a loader holds of a batch.
struct Fetched {
  query: array<vec4<Io>, rounds * block>,
  key: array<vec4<Io>, rounds * block>,
  gate: array<vec4<f32>, rounds * block>,
  value: array<Io, valueLoads>,
  strength: f32,
}

fn fetch(loader: u32, start: u32, segment: Segment, firstColumn: u32) -> Fetched {
  var fetched: Fetched;
  for (var n = 0u; n < block; n++) {
    let at = rowOf(start + loader / team * block + n, segment) * keyVectors + loader % team;
    for (var r = 0u; r < rounds; r++) {
      fetched.query[r * block + n] = q[at + r * team];
      fetched.key[r * block + n] = k[at + r * team];
      fetched.gate[r * block + n] = g[at + r * team];
    }
  }
  for (var i = 0u; i < valueLoads; i++) {
    let item = loader + i * loaders;
    let value = v[rowOf(start + item / tileV, segment) * valueDim + firstColumn % valueDim + item % tileV];
    fetched.value[i] = select(Io(0.0), value, firstColumn < valueDim);
  }
  fetched.strength = beta[rowOf(start + loader, segment)];
  return fetched;
}

// Stages what was fetched of the batch at `start` as the `turn`th. Tokens past the last leave the state as it is.
fn stage(loader: u32, start: u32, turn: u32, last: u32, fetched: Fetched) {
  let to = turn * blocks + loader / team;
  let lane = loader % team;
  let first = start + loader / team * block;
  var sums = array<f32, 16>(); // P_ij at 4 i + j, A_ij at 4 j + i
  for (var r = 0u; r < rounds; r++) {
    let x = r * team + lane;
    var decay = vec4<f32>(1.0); // G_i
    var held = array<vec4<f32>, block>(); // G_i / G_j k_j
    for (var i = 0u; i < block; i++) {
      let valid = first + i < last;
      let key = select(vec4<f32>(0.0), vec4<f32>(fetched.key[r * block + i]), valid);
      let query = vec4<f32>(fetched.query[r * block + i]) * params.scale;
      let step = max(fetched.gate[r * block + i] * 1.4426950408889634, vec4<f32>(-127.0));
      let gate = select(vec4<f32>(1.0), exp2(step), valid);
      decay *= gate;
      for (var j = 0u; j < i; j++) {
        held[j] *= gate;
        sums[4u * i + j] += dot(query, held[j]);
        sums[4u * j + i] += dot(key, held[j]);
      }
      held[i] = key;
      sums[5u * i] += dot(query, key);
      keysIn[to][i][x / parts][x % parts] = decay * key;
      queriesIn[to][i][x / parts][x % parts] = decay * query;
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
  var row = (lane & 1u) * 2u + (lane & 2u) / 2u;
  var at = 0u;
  if (team >= 8u) {
    sums[0] = exchanged(sums[0], sums[2], lane, 4u);
    sums[1] = exchanged(sums[1], sums[3], lane, 4u);
    at += (lane & 4u) / 2u;
  }
  if (team >= 16u) {
    sums[0] = exchanged(sums[0], sums[1], lane, 8u);
    at += (lane & 8u) / 8u;
  }
  if (team >= 32u) { sums[0] += subgroupShuffleXor(sums[0], 16u); }
  products[to][row][at] = sums[0];
  if (team < 16u) { products[to][row][at + 1u] = sums[1]; }
  if (team < 8u) {
    products[to][row][2] = sums[2];
    products[to][row][3] = sums[3];
  }

  for (var i = 0u; i < valueLoads; i++) {
    let n = (loader + i * loaders) / tileV;
    if (n < batch) {
      values[turn * blocks + n / block][(loader + i * loaders) % tileV][n % block] = f32(fetched.value[i]);
    }
  }
  if (loader < batch) {
    strengths[turn * blocks + loader / block][loader % block] =
      select(0.0, fetched.strength, start + loader < last);
  }
}

// Half of two sums: lanes with the bit `distance` keep the second, the others the first.
fn exchanged(one: f32, two: f32, lane: u32, distance: u32) -> f32 {
  let second = (lane & distance) != 0u;
  return select(one, two, second) + subgroupShuffleXor(select(two, one, second), distance);
}
