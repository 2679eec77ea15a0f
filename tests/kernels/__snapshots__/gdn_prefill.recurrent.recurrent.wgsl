enable subgroups;
diagnostic(off, subgroup_uniformity);
// delta_prefill / recurrent_layout: sizes of the recurrent pass, and what a caller sets.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const stateDim: u32 = 128u; // columns of S: V, or V + K of a map
const tileV: u32 = 16u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 16u; // rows of S per worker
const batch: u32 = 8u; // tokens staged at a time
const repeats: u32 = 1u; // blocks of a batch one after the other in the text
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

// gdn_prefill / recurrent_bindings: one gate for all channels of a head.

@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> v: array<Io>; // [B, T, H, V]
@group(0) @binding(4) var<storage, read> g: array<f32>; // [B, T, H], natural log
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(6) var<storage, read_write> state: array<f32>; // [segments, B, H, K, stateDim]
@group(0) @binding(7) var<storage, read_write> o: array<Io>; // [B, T, H, V]

// delta_prefill / recurrent: four tokens after the other four, the state in registers.
//   u_i = U_i - W_i^T S,  o_i = (G_i q_i)^T S + sum_{j<=i} P_ij u_j                   G_i = exp2(g_0 + .. + g_i)
//   S' = G_3 S + sum_i (G_3 / G_i k_i) u_i^T,  P_ij = q_i . (G_i / G_j k_j)                         S [K, V]
// One workgroup owns tileV columns of one head's S; a worker holds rowsPerThread rows of four columns, in registers.
// The sums W^T S decide the pace: they cross the workers of a column in rounds of shuffles, each waited out behind
// multiply-adds that do not need it.
// Loaders, whole subgroups of their own, stage the next batch meanwhile. Linked with recurrent_layout, a family's
// recurrent_bindings and recurrent_fetch, and recurrent_loaders.
// Neighbours in one subgroup: the workers of a column, and the loaders of a block.
// Work may be cut into segments of tokens, workgroup z the z-th of its window: a state wider than V is the map of a
// segment, what it adds to a state of zeros and what it makes of the identity, and then there are no outputs.
// Workgroup memory: twice batch tokens of W, G q, G_3 / G k [K], U [tileV]; G_3 [K] and P of their blocks; f32.

const block: u32 = 4u; // tokens worked on together
const blocks: u32 = batch / block;
const columns: u32 = 4u; // of S per worker
const parts: u32 = keyDim / rowsPerThread; // workers that share columns; part p holds rows 4 p + 4 parts j + e
const workers: u32 = tileV / columns * parts;
const threads: u32 = workers + blocks * team;
const keyVectors: u32 = keyDim / 4u;
const rowVectors: u32 = rowsPerThread / 4u;
const rounds: u32 = keyVectors / team; // vec4s of a token's keys per loader
const valueRounds: u32 = (tileV + team - 1u) / team; // columns of values per loader
const owned: u32 = (15u + parts) / parts; // outputs of a block a worker writes, all in one column

// The rows of a block's tokens. Nested so that all indices but two are constants, which costs one bounds check for many
// reads.
alias Rows = array<array<array<vec4<f32>, parts>, rowVectors>, block>;
var<workgroup> keysIn: array<Rows, 2u * blocks>; // W, against the state before the block
var<workgroup> queriesIn: array<Rows, 2u * blocks>; // scale G q
var<workgroup> keysOut: array<Rows, 2u * blocks>; // G_3 / G k, into the state after the block
var<workgroup> decays: array<array<array<vec4<f32>, parts>, rowVectors>, 2u * blocks>; // G_3
var<workgroup> products: array<array<vec4<f32>, block>, 2u * blocks>; // P_ij at [i][j], zeros for j > i
var<workgroup> values: array<array<vec4<f32>, tileV>, 2u * blocks>; // U of four tokens

// What a workgroup works through.
struct Segment {
  firstRow: u32, // row of its sequence's token 0 in q, k, g, v and o
  last: u32, // token after its last
}

// The row of a token in q, k, g, v and o; one past the last is read as the last.
fn rowOf(token: u32, segment: Segment) -> u32 {
  return segment.firstRow + min(token, segment.last - 1u) * params.heads;
}

// Half of two sums: lanes with the bit `distance` keep the second, the others the first.
fn exchanged(one: f32, two: f32, lane: u32, distance: u32) -> f32 {
  let second = (lane & distance) != 0u;
  return select(one, two, second) + subgroupShuffleXor(select(two, one, second), distance);
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_invocation_id) subgroupLane: u32,
) {
  let sequence = workgroup.y; // of one head
  let firstRow = sequence / params.heads * params.tokens * params.heads + sequence % params.heads;
  let first = params.first + workgroup.z * params.segment;
  let segment = Segment(firstRow, min(first + params.segment, params.last));
  let firstColumn = workgroup.x * tileV;
  let part = thread % parts;
  let group = firstColumn + thread / parts * 4u; // first of four columns
  let stateAt = (workgroup.z * groups.y + sequence) * keyDim * stateDim + group;
  // Part p ends with the outputs of `owned` tokens, from this one on, in column p % 4.
  let firstOwned = select(0u, part / 4u % 2u * 2u, parts > 4u) + select(0u, part / 8u % 2u, parts > 8u);
  let tokenStride = params.heads * valueDim;
  var outputAt = (firstRow + first * params.heads) * valueDim + firstOwned * tokenStride + group + part % 4u;

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
      stage(thread - workers, start, turn, segment.last, subgroupLane, next);
      next = fetch(thread - workers, start + batch, segment, firstColumn); // in flight across the barrier
    } else if (start > first) {
      for (var m = 0u; m < blocks; m += repeats) {
        for (var b = 0u; b < repeats; b++) {
          // Reads of workgroup memory come in batches ahead of their use: compilers leave them where they stand.
          let staged = (1u - turn) * blocks + m + b;
          var keyRows = array<vec4<f32>, block * rowVectors>();
          var queryRows = array<vec4<f32>, block * rowVectors>();
          for (var n = 0u; n < block; n++) {
            for (var j = 0u; j < rowVectors; j++) {
              keyRows[n * rowVectors + j] = keysIn[staged][n][j][part];
              queryRows[n * rowVectors + j] = queriesIn[staged][n][j][part];
            }
          }
          var erased = array<vec4<f32>, block>(); // W^T S of the worker's rows
          for (var n = 0u; n < block; n++) {
            for (var j = 0u; j < rowVectors; j++) {
              for (var e = 0u; e < 4u; e++) {
                erased[n] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), S[4u * j + e], erased[n]);
              }
            }
          }
          var pairs = array<vec2<f32>, block>();
          for (var n = 0u; n < block; n++) {
            pairs[n] = erased[n].xz + subgroupShuffleXor(erased[n].yw, 1u);
          }
          let value = values[staged][group - firstColumn + part % 4u];

          // Outputs as far as the state before the block goes, and after each token a round of the sums W^T S over the
          // parts: part p gets those of its first column, p % 4.
          var sums = vec4<f32>(0.0);
          var kept = array<vec4<f32>, block>();
          for (var n = 0u; n < block; n++) {
            for (var j = 0u; j < rowVectors; j++) {
              for (var e = 0u; e < 4u; e++) {
                kept[n] = fma(vec4<f32>(queryRows[n * rowVectors + j][e]), S[4u * j + e], kept[n]);
              }
            }
            if (n == 0u) {
              for (var i = 0u; i < block; i++) {
                sums[i] = pairs[i].x + subgroupShuffleXor(pairs[i].y, 2u);
              }
            }
            if (n == 1u && parts > 4u) { sums += subgroupShuffleXor(sums, 4u); }
            if (n == 2u && parts > 8u) { sums += subgroupShuffleXor(sums, 8u); }
            for (var j = 0u; j < rowVectors; j++) {
              keyRows[n * rowVectors + j] = keysOut[staged][n][j][part];
            }
          }
          if (parts > 16u) { sums += subgroupShuffleXor(sums, 16u); }
          var decay = array<vec4<f32>, rowVectors>();
          for (var j = 0u; j < rowVectors; j++) {
            decay[j] = decays[staged][j][part];
          }
          let fresh = value - sums; // u of column part % 4
          let fresh1 = subgroupShuffleXor(fresh, 1u);
          let fresh2 = subgroupShuffleXor(fresh, 2u);
          let fresh3 = subgroupShuffleXor(fresh, 3u);
          for (var n = 0u; n < block; n++) {
            pairs[n] = kept[n].xz + subgroupShuffleXor(kept[n].yw, 1u);
          }

          // The state after the block, and in between rounds of the outputs' sums: they are halved until part p has its
          // own.
          for (var j = 0u; j < rowVectors; j++) {
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] *= decay[j][e];
            }
          }
          var outputs = vec4<f32>(0.0);
          for (var n = 0u; n < block; n++) {
            let row = vec4<f32>(fresh[n], fresh1[n], fresh2[n], fresh3[n]);
            for (var j = 0u; j < rowVectors; j++) {
              for (var e = 0u; e < 4u; e++) {
                S[4u * j + e] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), row, S[4u * j + e]);
              }
            }
            if (n == 0u) {
              for (var i = 0u; i < block; i++) {
                outputs[i] = pairs[i].x + subgroupShuffleXor(pairs[i].y, 2u);
              }
            }
            if (n == 1u && parts > 4u) {
              outputs.x = exchanged(outputs.x, outputs.z, part, 4u);
              outputs.y = exchanged(outputs.y, outputs.w, part, 4u);
            }
            if (n == 2u && parts > 8u) { outputs.x = exchanged(outputs.x, outputs.y, part, 8u); }
          }
          if (parts > 16u) { outputs.x += subgroupShuffleXor(outputs.x, 16u); }
          for (var i = 0u; i < owned; i++) {
            let n = firstOwned + i;
            if (stateDim == valueDim && part < 16u && start - batch + (m + b) * block + n < segment.last) {
              o[outputAt + i * tokenStride] = Io(outputs[i] + dot(products[staged][n], fresh));
            }
          }
          outputAt += block * tokenStride;
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

// gdn_prefill / recurrent_fetch: what a loader of the recurrent pass reads of its tokens. A token's gate is one number,
// which stands for all four channels of a vector, so that the loaders decay by it as by any.

// What a loader holds of a batch.
struct Fetched {
  query: array<vec4<Io>, rounds * block>,
  key: array<vec4<Io>, rounds * block>,
  gate: array<vec4<f32>, rounds * block>,
  value: array<Io, valueRounds * block>,
  strength: array<f32, block>, // beta
}

fn fetch(loader: u32, start: u32, segment: Segment, firstColumn: u32) -> Fetched {
  var fetched: Fetched;
  for (var n = 0u; n < block; n++) {
    let row = rowOf(start + loader / team * block + n, segment);
    let at = row * keyVectors + loader % team;
    let gate = vec4<f32>(g[row]);
    for (var r = 0u; r < rounds; r++) {
      fetched.query[r * block + n] = q[at + r * team];
      fetched.key[r * block + n] = k[at + r * team];
      fetched.gate[r * block + n] = gate;
    }
    for (var c = 0u; c < valueRounds; c++) {
      let value = v[row * valueDim + firstColumn % valueDim + (c * team + loader % team) % tileV];
      fetched.value[c * block + n] = select(Io(0.0), value, firstColumn < valueDim);
    }
    fetched.strength[n] = beta[row];
  }
  return fetched;
}

// delta_prefill / recurrent_loaders: threads of the recurrent pass decay the tokens they fetched, and stage them.
//   W_i = beta_i (G_i k_i - sum_{j<i} A_ij W_j),  U_i = beta_i (v_i - sum_{j<i} A_ij U_j)
//   scale G_i q_i,  G_3 / G_i k_i,  G_3;  P_ij = scale q_i . (G_i / G_j k_j),  A_ij = k_i . (G_i / G_j k_j)
// With W and U a token needs no other of its block: workers wait for the sums W^T S and for nothing after them.
// A team of loaders takes a block of four tokens, each lane its channels. What is fetched is on its way across the
// barrier and staged in the next round: a load whose value is used in the same round is moved down to its use by
// compilers, and its latency is waited out.
// Workgroup memory: none of its own.

// Stages what was fetched of the batch at `start` as the `turn`th. Tokens past the last leave the state as it is.
fn stage(loader: u32, start: u32, turn: u32, last: u32, subgroupLane: u32, fetched: Fetched) {
  let to = turn * blocks + loader / team;
  let lane = loader % team;
  let first = start + loader / team * block;
  var keys = array<vec4<f32>, rounds * block>(); // G_i k_i, then W_i
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
      keys[r * block + i] = decay * key;
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
  products[to][row][at] = select(0.0, sums[0], at <= row);
  if (team < 16u) { products[to][row][at + 1u] = select(0.0, sums[1], at + 1u <= row); }
  if (team < 8u) {
    products[to][row][2] = select(0.0, sums[2], row >= 2u);
    products[to][row][3] = select(0.0, sums[3], row == 3u);
  }

  var strength = vec4<f32>(0.0);
  for (var n = 0u; n < block; n++) {
    strength[n] = select(0.0, fetched.strength[n], first + n < last);
  }
  var taken = array<vec4<f32>, block>(); // A_ij at [j][i]
  let teamLane = subgroupLane - subgroupLane % team;
  for (var j = 0u; j < block; j++) {
    for (var i = j + 1u; i < block; i++) {
      if (team >= 16u) {
        taken[j][i] = subgroupShuffle(sums[0], teamLane + (j / 2u + j % 2u * 2u + i / 2u * 4u + i % 2u * 8u));
      } else if (team >= 8u) {
        taken[j][i] = subgroupShuffle(sums[i % 2u], teamLane + (j / 2u + j % 2u * 2u + i / 2u * 4u));
      } else {
        taken[j][i] = subgroupShuffle(sums[i], teamLane + (j / 2u + j % 2u * 2u));
      }
    }
  }
  for (var r = 0u; r < rounds; r++) {
    let x = r * team + lane;
    for (var i = 0u; i < block; i++) {
      for (var j = 0u; j < i; j++) {
        keys[r * block + i] -= taken[j][i] * keys[r * block + j];
      }
      keys[r * block + i] *= strength[i];
      keysIn[to][i][x / parts][x % parts] = keys[r * block + i];
    }
  }
  for (var c = 0u; c < valueRounds; c++) {
    var value = vec4<f32>(0.0);
    for (var i = 0u; i < block; i++) {
      value[i] = f32(fetched.value[c * block + i]);
      for (var j = 0u; j < i; j++) {
        value[i] -= taken[j][i] * value[j];
      }
      value[i] *= strength[i];
    }
    if (c * team + lane < tileV) { values[to][c * team + lane] = value; }
  }
}
