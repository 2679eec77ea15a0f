// llama.cpp / step: the gated delta rule over the tokens of a head, one after the other.
//   S' = diag(exp g) S                                   S [headSize, headSize], stored column after column
//   u  = beta (v - S'^T k)
//   o  = scale (S'^T q + u (k . q)),  S <- S' + k u^T
// A workgroup holds tileV columns of a head's state in registers over all tokens, which makes one read and one write of
// it whatever their number. Where the grid is h workgroups wide it takes the head's tiles one after the other; where it
// is n times as wide, n workgroups share them. The next token is fetched while the last is worked on.
// Linked with an interface, tunables, layout, and a reduce_*.wgsl of delta_decode, which sums over rows.
// Workgroup memory: q, k and decays of two tokens [headSize] each, outputs of two [tileV], and what reduce_* takes; f32.

var<workgroup> stagedKeys: array<vec4<f32>, 2u * foursOfHead>;
var<workgroup> stagedQueries: array<vec4<f32>, 2u * foursOfHead>; // times scale
var<workgroup> stagedDecays: array<vec4<f32>, 2u * foursOfHead>;
var<workgroup> outputs: array<f32, 2u * tileV>;

alias Tile = array<array<vec4<f32>, fours>, columnsPerThread>;

/** What a thread reads of a token: four channels, where it is one of the first foursOfHead, and its columns of v. */
struct Fetched {
  keys: vec4<f32>,
  queries: vec4<f32>,
  gates: vec4<f32>, // four times that of the head, where channels have none
  values: Vec,
  strength: f32,
}

/** First element of token 0 of a head. */
struct Origin {
  q: u32,
  v: u32,
  beta: u32,
}

/** k, q and decays of a thread's rows. */
struct Operands {
  keys: array<vec4<f32>, fours>,
  queries: array<vec4<f32>, fours>, // times scale
  decays: array<vec4<f32>, fours>,
}

/** Sums over rows. */
struct Sums {
  k: Vec,  // S'^T k
  q: Vec,  // scale S'^T q
  kq: f32, // scale k . q
}

/** exp(g); exp2(-127) is 0 for every purpose. */
fn decayOf(gates: vec4<f32>) -> vec4<f32> {
  return exp2(max(gates * LOG2E, vec4<f32>(-127.0)));
}

// Single elements, since ggml's strides need not be multiples of four.
fn fetch(origin: Origin, token: u32, local: u32, column: u32) -> Fetched {
  let inBeta = origin.beta + token * params.sb2;
  var fetched: Fetched;
  if (local < foursOfHead) {
    let at = origin.q + token * params.sq2 + local * 4u;
    fetched.keys = vec4<f32>(src_k[at], src_k[at + 1u], src_k[at + 2u], src_k[at + 3u]);
    fetched.queries = vec4<f32>(src_q[at], src_q[at + 1u], src_q[at + 2u], src_q[at + 3u]);
    if (perChannel) {
      let gate = inBeta * headSize + local * 4u;
      fetched.gates = vec4<f32>(src_g[gate], src_g[gate + 1u], src_g[gate + 2u], src_g[gate + 3u]);
    }
  }
  if (!perChannel) {
    fetched.gates = vec4<f32>(src_g[inBeta]);
  }
  for (var c = 0u; c < columnsPerThread; c++) {
    fetched.values[c] = src_v[origin.v + token * params.sv2 + column + c];
  }
  fetched.strength = src_beta[inBeta];
  return fetched;
}

/** Puts a token where all threads see it, as the `turn`th of two. */
fn stage(fetched: Fetched, local: u32, turn: u32) {
  if (local < foursOfHead) {
    stagedKeys[turn * foursOfHead + local] = fetched.keys;
    stagedQueries[turn * foursOfHead + local] = fetched.queries * params.scale;
    if (perChannel) {
      stagedDecays[turn * foursOfHead + local] = decayOf(fetched.gates);
    }
  }
}

fn operandsOf(row: u32, turn: u32, gates: vec4<f32>) -> Operands {
  let ofHead = decayOf(gates);
  var mine: Operands;
  for (var i = 0u; i < fours; i++) {
    let at = turn * foursOfHead + row + i * rowThreads;
    mine.keys[i] = stagedKeys[at];
    mine.queries[i] = stagedQueries[at];
    if (perChannel) {
      mine.decays[i] = stagedDecays[at];
    } else {
      mine.decays[i] = ofHead;
    }
  }
  return mine;
}

/** The fours of rows a thread holds, each of its columns foursOfHead from the last. */
fn loadTile(at: u32) -> Tile {
  var tile: Tile;
  for (var c = 0u; c < columnsPerThread; c++) {
    for (var i = 0u; i < fours; i++) {
      tile[c][i] = src_state[at + c * foursOfHead + i * rowThreads];
    }
  }
  return tile;
}

fn keepTile(at: u32, tile: Tile) {
  for (var c = 0u; c < columnsPerThread; c++) {
    for (var i = 0u; i < fours; i++) {
      keepFour(at + c * foursOfHead + i * rowThreads, tile[c][i]);
    }
  }
}

fn decayTile(tile: Tile, decays: array<vec4<f32>, fours>) -> Tile {
  var decayed: Tile;
  for (var c = 0u; c < columnsPerThread; c++) {
    for (var i = 0u; i < fours; i++) {
      decayed[c][i] = tile[c][i] * decays[i];
    }
  }
  return decayed;
}

fn sumTile(tile: Tile, mine: Operands) -> Sums {
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  for (var i = 0u; i < fours; i++) {
    for (var c = 0u; c < columnsPerThread; c++) {
      sums.k[c] += dot(tile[c][i], mine.keys[i]);
      sums.q[c] += dot(tile[c][i], mine.queries[i]);
    }
    sums.kq += dot(mine.keys[i], mine.queries[i]);
  }
  return sums;
}

fn writeTile(tile: Tile, keys: array<vec4<f32>, fours>, u: Vec) -> Tile {
  var written: Tile;
  for (var c = 0u; c < columnsPerThread; c++) {
    for (var i = 0u; i < fours; i++) {
      written[c][i] = fma(keys[i], vec4<f32>(u[c]), tile[c][i]);
    }
  }
  return written;
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let shares = grid.x / params.h;
  let head = group.x / shares;
  let sequence = group.y;
  let origin = Origin(
    sequence / params.rq3 * params.sq3 + head % params.neq1 * params.sq1,
    sequence * params.sv3 + head * params.sv1,
    sequence * params.sb3 + head * params.sb1,
  );
  let row = local % rowThreads;
  let columnThread = local / rowThreads;

  var turn = 0u;
  for (var tile = group.x % shares; tile < tiles; tile += shares) {
    let column = tile * tileV + columnThread * columnsPerThread;
    let inStates = ((sequence * params.h + head) * headSize + column) * foursOfHead + row;
    var S = loadTile(inStates);
    var next = fetch(origin, 0u, local, column);

    for (var token = 0u; token < params.n_tokens; token++) {
      stage(next, local, turn);
      let now = next;
      workgroupBarrier(); // the token is staged, and the one two before it done with
      if (token + 1u < params.n_tokens) {
        next = fetch(origin, token + 1u, local, column);
      }

      let mine = operandsOf(row, turn, now.gates);
      let decayed = decayTile(S, mine.decays);
      let sums = sumRows(columnThread, row, sumTile(decayed, mine));
      let u = now.strength * (now.values - sums.k);
      S = writeTile(decayed, mine.keys, u);

      let o = fma(u, Vec(sums.kq), sums.q);
      let inOutputs = ((sequence * params.n_tokens + token) * params.h + head) * foursOfHead + tile * tileV / 4u;
      if (columnsPerThread == 4u) {
        if (row == 0u) {
          dst[inOutputs + columnThread] =
            vec4<f32>(o[0], o[1], o[2u % columnsPerThread], o[3u % columnsPerThread]);
        }
      } else {
        // Four columns lie in several threads, and a part of a vec4 may not be written beside another's.
        if (row == 0u) {
          for (var c = 0u; c < columnsPerThread; c++) {
            outputs[turn * tileV + columnThread * columnsPerThread + c] = o[c];
          }
        }
        workgroupBarrier(); // the outputs of the tile are in place
        if (local < tileV / 4u) {
          let at = turn * tileV + local * 4u;
          dst[inOutputs + local] = vec4<f32>(outputs[at], outputs[at + 1u], outputs[at + 2u], outputs[at + 3u]);
        }
      }

      let back = params.n_tokens - 1u - token;
      if (back < params.K) {
        keepTile(statesAt(back) + inStates, S);
      }
      turn = 1u - turn;
    }
  }
}
