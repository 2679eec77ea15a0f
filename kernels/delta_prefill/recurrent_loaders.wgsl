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
  // @unroll
  for (var r = 0u; r < rounds; r++) {
    let x = r * team + lane;
    var decay = vec4<f32>(1.0); // G_i
    var held = array<vec4<f32>, block>(); // G_i / G_j k_j
    // @unroll
    for (var i = 0u; i < block; i++) {
      let valid = first + i < last;
      let key = select(vec4<f32>(0.0), vec4<f32>(fetched.key[r * block + i]), valid);
      let query = vec4<f32>(fetched.query[r * block + i]) * params.scale;
      let step = max(fetched.gate[r * block + i] * 1.4426950408889634, vec4<f32>(-127.0));
      let gate = select(vec4<f32>(1.0), exp2(step), valid);
      decay *= gate;
      // @unroll
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
    // @unroll
    for (var i = 0u; i < block; i++) {
      keysOut[to][i][x / parts][x % parts] = held[i];
    }
    decays[to][x / parts][x % parts] = decay;
  }

  // Sums over the team: halves are exchanged until each lane keeps one of the sixteen, or a few.
  // @unroll
  for (var i = 0u; i < 8u; i++) {
    sums[i] = exchanged(sums[i], sums[i + 8u], lane, 1u);
  }
  // @unroll
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
  // @unroll
  for (var n = 0u; n < block; n++) {
    strength[n] = select(0.0, fetched.strength[n], first + n < last);
  }
  var taken = array<vec4<f32>, block>(); // A_ij at [j][i]
  let teamLane = subgroupLane - subgroupLane % team;
  // @unroll
  for (var j = 0u; j < block; j++) {
    // @unroll
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
  // @unroll
  for (var r = 0u; r < rounds; r++) {
    let x = r * team + lane;
    // @unroll
    for (var i = 0u; i < block; i++) {
      // @unroll
      for (var j = 0u; j < i; j++) {
        keys[r * block + i] -= taken[j][i] * keys[r * block + j];
      }
      keys[r * block + i] *= strength[i];
      keysIn[to][i][x / parts][x % parts] = keys[r * block + i];
    }
  }
  // @unroll
  for (var c = 0u; c < valueRounds; c++) {
    var value = vec4<f32>(0.0);
    // @unroll
    for (var i = 0u; i < block; i++) {
      value[i] = f32(fetched.value[c * block + i]);
      // @unroll
      for (var j = 0u; j < i; j++) {
        value[i] -= taken[j][i] * value[j];
      }
      value[i] *= strength[i];
    }
    if (c * team + lane < tileV) { values[to][c * team + lane] = value; }
  }
}
