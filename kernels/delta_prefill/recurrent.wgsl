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
      stage(thread - workers, start, turn, segment.last, subgroupLane, next);
      next = fetch(thread - workers, start + batch, segment, firstColumn); // in flight across the barrier
    } else if (start > first) {
      // @unroll single
      for (var m = 0u; m < blocks; m += repeats) {
        // @unroll
        for (var b = 0u; b < repeats; b++) {
          // Reads of workgroup memory come in batches ahead of their use: compilers leave them where they stand.
          let staged = (1u - turn) * blocks + m + b;
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
          var erased = array<vec4<f32>, block>(); // W^T S of the worker's rows
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
          var pairs = array<vec2<f32>, block>();
          // @unroll
          for (var n = 0u; n < block; n++) {
            pairs[n] = erased[n].xz + subgroupShuffleXor(erased[n].yw, 1u);
          }
          let value = values[staged][group - firstColumn + part % 4u];

          // Outputs as far as the state before the block goes, and after each token a round of the sums W^T S over the
          // parts: part p gets those of its first column, p % 4.
          var sums = vec4<f32>(0.0);
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
            if (n == 0u) {
              // @unroll
              for (var i = 0u; i < block; i++) {
                sums[i] = pairs[i].x + subgroupShuffleXor(pairs[i].y, 2u);
              }
            }
            if (n == 1u && parts > 4u) { sums += subgroupShuffleXor(sums, 4u); }
            if (n == 2u && parts > 8u) { sums += subgroupShuffleXor(sums, 8u); }
            // @unroll
            for (var j = 0u; j < rowVectors; j++) {
              keyRows[n * rowVectors + j] = keysOut[staged][n][j][part];
            }
          }
          if (parts > 16u) { sums += subgroupShuffleXor(sums, 16u); }
          var decay = array<vec4<f32>, rowVectors>();
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            decay[j] = decays[staged][j][part];
          }
          let fresh = value - sums; // u of column part % 4
          let fresh1 = subgroupShuffleXor(fresh, 1u);
          let fresh2 = subgroupShuffleXor(fresh, 2u);
          let fresh3 = subgroupShuffleXor(fresh, 3u);
          // @unroll
          for (var n = 0u; n < block; n++) {
            pairs[n] = kept[n].xz + subgroupShuffleXor(kept[n].yw, 1u);
          }

          // The state after the block, and in between rounds of the outputs' sums: they are halved until part p has its
          // own.
          // @unroll
          for (var j = 0u; j < rowVectors; j++) {
            // @unroll
            for (var e = 0u; e < 4u; e++) {
              S[4u * j + e] *= decay[j][e];
            }
          }
          var outputs = vec4<f32>(0.0);
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
            if (n == 0u) {
              // @unroll
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
          // @unroll
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
