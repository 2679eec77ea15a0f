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
const stateDim: u32 = 128u; // columns of S: V, or V + K of a map
const tileV: u32 = 32u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 8u; // rows of S per worker
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
  // @unroll
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
    // @unroll
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      // @unroll
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
        // @unroll
        for (var n = 0u; n < block; n++) {
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            keyRows[n * rowVectors + j] = keysIn[staged][n][j][part];
            queryRows[n * rowVectors + j] = queriesIn[staged][n][j][part];
          }
        }
        var erased = array<vec4<f32>, block>();
        // @unroll
        for (var n = 0u; n < block; n++) {
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              erased[n] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), S[4u * j + e], erased[n]);
            }
          }
        }
        let sums = sumOverParts(erased);

        // While these sums are under way: outputs as far as the state before the block goes, and its decay.
        // @unroll
        for (var n = 0u; n < block; n++) {
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            keyRows[n * rowVectors + j] = keysOut[staged][n][j][part];
          }
        }
        var decay = array<vec4<f32>, rowVectors>();
        // @unroll
        for (var j = 0u; j < rowVectors; j++) {
          decay[j] = decays[staged][j][part];
        }
        let weights = products[staged];
        let strength = strengths[staged];
        var fresh = values[staged][group - firstColumn + part % 4u]; // v, then u of column part % 4
        var kept = array<vec4<f32>, block>();
        // @unroll
        for (var n = 0u; n < block; n++) {
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              kept[n] = fma(vec4<f32>(queryRows[n * rowVectors + j][e]), S[4u * j + e], kept[n]);
            }
          }
        }
        // @unroll
        for (var j = 0u; j < rowVectors; j++) {
          // @unroll
          for (var e = 0u; e < 4u; e++) {
            S[4u * j + e] *= decay[j][e];
          }
        }

        fresh -= sums;
        // @unroll
        for (var n = 0u; n < block; n++) {
          // @unroll
          for (var j = 0u; j < n; j++) {
            fresh[n] -= weights[j][n] * fresh[j];
          }
          fresh[n] *= strength[n];
        }
        let fresh1 = subgroupShuffleXor(fresh, 1u);
        let fresh2 = subgroupShuffleXor(fresh, 2u);
        let fresh3 = subgroupShuffleXor(fresh, 3u);
        // @unroll
        for (var n = 0u; n < block; n++) {
          let row = vec4<f32>(fresh[n], fresh1[n], fresh2[n], fresh3[n]);
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] = fma(vec4<f32>(keyRows[n * rowVectors + j][e]), row, S[4u * j + e]);
            }
          }
        }

        // Part p writes the outputs of tokens p / 4, p / 4 + quads, .. in column p % 4.
        let outputs = sumOverParts(kept);
        // @unroll
        for (var i = 0u; i < block; i += quads) {
          let n = i + part / 4u;
          let token = start - batch + m * block + n;
          if (stateDim == valueDim && n < block && token < segment.last) {
            let row = products[staged][n];
            var output = outputs[n];
            // @unroll
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
    // @unroll
    for (var r = 0u; r < rowsPerThread; r++) {
      let row = 4u * (r / 4u * parts + part) + r % 4u;
      // @unroll
      for (var c = 0u; c < 4u; c++) {
        state[stateAt + row * stateDim + (c ^ (part % 4u))] = S[r][c];
      }
    }
  }
}
