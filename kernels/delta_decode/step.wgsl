// delta_decode / step: one token of the gated delta rule for every sequence and head.
//   S' = diag(exp g) S                                   S [K, V]
//   u  = beta (v - S'^T k)                               [V]
//   o  = scale (S'^T q + u (k . q)),  S <- S' + k u^T
// One workgroup owns tileV columns of a head's state. A thread holds rowsPerThread x columnsPerThread of it in
// registers, so the state is read once and written once, and every load is issued before any arithmetic or barrier.
// Linked with step_layout, a family's step_bindings and operands_*, which bring q, k and its gates, a tile_*.wgsl, which
// knows the order of S in memory, and a reduce_*.wgsl, which sums over rows.

/** k, q and decay of a thread's rows. */
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

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y + group.z * grid.y;
  if (folded && head >= params.heads) {
    return; // all threads alike
  }
  let row = local / laneColumns % rowThreads;
  let column = local / (laneColumns * rowThreads) * laneColumns + local % laneColumns;
  let columns = group.x * columnThreads + column;
  let inV = head * columnsOfV + columns;
  let firstFour = row * threadStep;

  let stored = loadTile(head, columns, firstFour);
  let fetched = fetchOperands(head, local, firstFour);
  let value = v[inV];
  let strength = beta[head];
  let mine = takeOperands(fetched, local, firstFour);

  let decayed = decayTile(stored, mine.decays);
  let sums = sumRows(column, row, sumTile(decayed, mine));
  let u = strength * (value - sums.k);
  storeTile(head, columns, firstFour, decayed, mine.keys, u);
  if (row == 0u) {
    o[inV] = fma(u, Vec(sums.kq), sums.q);
  }
}
