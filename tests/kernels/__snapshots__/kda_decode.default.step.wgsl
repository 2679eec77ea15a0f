// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
const V: u32 = 128u;             // value channels of a head
const tileV: u32 = 64u;          // columns of S per workgroup (fla: BV)
const columnsPerThread: u32 = 4u;
const rowsPerThread: u32 = 8u;   // in fours
const laneColumns: u32 = 16u;    // neighbouring threads along a row; then the next row thread begins
const threadStep: u32 = 2u;      // fours of rows from a thread's first to the next thread's first
const fourStep: u32 = 1u;        // fours of rows from one of a thread to its next
const folded: bool = false;        // whether the grid has a z, where it may overshoot
alias Vec = vec4<f32>;           // columnsPerThread columns
alias StoredVec = vec4<f32>;     // what one load of S brings

const columnThreads: u32 = tileV / columnsPerThread;
const rowThreads: u32 = K / rowsPerThread;
const threads: u32 = columnThreads * rowThreads;
const columnsOfV: u32 = V / columnsPerThread;
const foursOfK: u32 = K / 4u;
const fours: u32 = rowsPerThread / 4u;
const LOG2E: f32 = 1.4426950408889634;

struct Params {
  heads: u32, // sequences x heads
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;

// kda_decode / step_bindings: a gate for each channel.

@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>; // [N, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<f32>>; // [N, H, K]
@group(0) @binding(3) var<storage, read> v: array<Vec>;       // [N, H, V]
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>; // [N, H, K], natural log
@group(0) @binding(5) var<storage, read> beta: array<f32>;    // [N, H]
@group(0) @binding(6) var<storage, read_write> state: array<StoredVec>; // [N, H, K, V] or [N, H, V, K]
@group(0) @binding(7) var<storage, read_write> o: array<Vec>; // [N, H, V]

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

// delta_decode / tile_kv: a thread's part of a state stored [K, V]: one load brings columnsPerThread columns of a row.

alias StoredTile = array<StoredVec, rowsPerThread>;
alias Tile = array<Vec, rowsPerThread>;

/** Where a thread's row i of a head lies in the state. */
fn rowAt(head: u32, columns: u32, firstFour: u32, i: u32) -> u32 {
  return (head * K + (firstFour + i / 4u * fourStep) * 4u + i % 4u) * columnsOfV + columns;
}

fn loadTile(head: u32, columns: u32, firstFour: u32) -> StoredTile {
  var tile: StoredTile;
  for (var i = 0u; i < rowsPerThread; i++) {
    tile[i] = state[rowAt(head, columns, firstFour, i)];
  }
  return tile;
}

fn decayTile(stored: StoredTile, decays: array<vec4<f32>, fours>) -> Tile {
  var tile: Tile;
  for (var i = 0u; i < rowsPerThread; i++) {
    tile[i] = Vec(stored[i]) * decays[i / 4u][i % 4u];
  }
  return tile;
}

fn sumTile(tile: Tile, mine: Operands) -> Sums {
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  for (var i = 0u; i < rowsPerThread; i++) {
    let key = mine.keys[i / 4u][i % 4u];
    let query = mine.queries[i / 4u][i % 4u];
    sums.k = fma(tile[i], Vec(key), sums.k);
    sums.q = fma(tile[i], Vec(query), sums.q);
    sums.kq = fma(key, query, sums.kq);
  }
  return sums;
}

fn storeTile(head: u32, columns: u32, firstFour: u32, tile: Tile, keys: array<vec4<f32>, fours>, u: Vec) {
  for (var i = 0u; i < rowsPerThread; i++) {
    state[rowAt(head, columns, firstFour, i)] = StoredVec(fma(Vec(keys[i / 4u][i % 4u]), u, tile[i]));
  }
}

// kda_decode / operands_staged: the first threads read q, k and g, four of a head each, and share them in workgroup
// memory. A workgroup has at least foursOfK threads.

var<workgroup> stagedKeys: array<vec4<f32>, foursOfK>;
var<workgroup> stagedQueries: array<vec4<f32>, foursOfK>; // times scale
var<workgroup> stagedDecays: array<vec4<f32>, foursOfK>;

struct Fetched {
  keys: vec4<f32>,
  queries: vec4<f32>,
  gates: vec4<f32>,
}

fn fetchOperands(head: u32, local: u32, firstFour: u32) -> Fetched {
  var fetched: Fetched;
  if (local < foursOfK) {
    fetched = Fetched(k[head * foursOfK + local], q[head * foursOfK + local], g[head * foursOfK + local]);
  }
  return fetched;
}

fn takeOperands(fetched: Fetched, local: u32, firstFour: u32) -> Operands {
  if (local < foursOfK) {
    stagedKeys[local] = fetched.keys;
    stagedQueries[local] = fetched.queries * params.scale;
    stagedDecays[local] = decayOf(fetched.gates);
  }
  workgroupBarrier(); // keys, queries and decays are complete
  var mine: Operands;
  for (var i = 0u; i < fours; i++) {
    mine.keys[i] = stagedKeys[firstFour + i * fourStep];
    mine.queries[i] = stagedQueries[firstFour + i * fourStep];
    mine.decays[i] = stagedDecays[firstFour + i * fourStep];
  }
  return mine;
}

// delta_decode / reduce_barrier: partial sums meet in workgroup memory.

// One more than rowThreads: neighbouring columns then lie in different banks.
var<workgroup> partialK: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialQ: array<array<Vec, rowThreads + 1u>, columnThreads>;
var<workgroup> partialKq: array<f32, rowThreads>;

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  partialK[column][row] = mine.k;
  partialQ[column][row] = mine.q;
  if (column == 0u) {
    partialKq[row] = mine.kq;
  }
  workgroupBarrier(); // every row thread's partial sums are in place
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  for (var r = 0u; r < rowThreads; r++) {
    sums.k += partialK[column][r];
    sums.q += partialQ[column][r];
    sums.kq += partialKq[r];
  }
  return sums;
}
