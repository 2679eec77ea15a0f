// kda_decode / step: one token of the gated delta rule for every sequence and head.
//   S' = diag(exp g) S                                   S [K, V]
//   u  = beta (v - S'^T k)                               [V]
//   o  = scale (S'^T q + u (k . q)),  S <- S' + k u^T
// One workgroup owns tileV columns of one head's state. A thread holds rowsPerThread rows of
// vectorWidth columns in registers, so the state is read once and written once.
// Linked with reduce_barrier.wgsl or reduce_subgroup.wgsl, which place threads and sum over rows.

const K: u32 = 128u;            // key channels of a head
const V: u32 = 128u;            // value channels of a head
const tileV: u32 = 64u;        // columns of S per workgroup (fla: BV)
const vectorWidth: u32 = 4u;    // columns per load
const rowsPerThread: u32 = 4u; // rows of S a thread keeps
alias Vec = vec4<f32>;          // vectorWidth columns

const columnThreads: u32 = tileV / vectorWidth;
const rowThreads: u32 = K / rowsPerThread;
const threads: u32 = columnThreads * rowThreads;
const columnsOfV: u32 = V / vectorWidth;
const LOG2E: f32 = 1.4426950408889634;

struct Params {
  heads: u32, // sequences x heads
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;    // [N, H, K]
@group(0) @binding(2) var<storage, read> k: array<f32>;    // [N, H, K]
@group(0) @binding(3) var<storage, read> v: array<Vec>;    // [N, H, V]
@group(0) @binding(4) var<storage, read> g: array<f32>;    // [N, H, K], natural log
@group(0) @binding(5) var<storage, read> beta: array<f32>; // [N, H]
@group(0) @binding(6) var<storage, read_write> state: array<Vec>; // [N, H, K, V]
@group(0) @binding(7) var<storage, read_write> o: array<Vec>;     // [N, H, V]

var<workgroup> keys: array<f32, K>;
var<workgroup> queries: array<f32, K>; // times scale
var<workgroup> decays: array<f32, K>;

/** Sums over all K rows. */
struct Sums {
  k: Vec,  // S'^T k
  q: Vec,  // scale S'^T q
  kq: f32, // scale k . q
}

fn step(group: vec3<u32>, gridY: u32, local: u32, column: u32, row: u32) {
  let head = group.y + group.z * gridY;
  if (head >= params.heads) {
    return; // the grid is folded at the device's limit and may overshoot; uniform over the workgroup
  }
  let firstRow = row * rowsPerThread;
  let at = (head * K + firstRow) * columnsOfV + group.x * columnThreads + column;

  var s: array<Vec, rowsPerThread>;
  for (var i = 0u; i < rowsPerThread; i++) {
    s[i] = state[at + i * columnsOfV];
  }
  for (var i = local; i < K; i += threads) {
    keys[i] = k[head * K + i];
    queries[i] = q[head * K + i] * params.scale;
    decays[i] = exp2(max(g[head * K + i] * LOG2E, -127.0)); // exp2(-127) is 0 for every purpose
  }
  workgroupBarrier(); // keys, queries and decays are complete

  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  for (var i = 0u; i < rowsPerThread; i++) {
    let key = keys[firstRow + i];
    let query = queries[firstRow + i];
    s[i] *= decays[firstRow + i];
    sums.k = fma(s[i], Vec(key), sums.k);
    sums.q = fma(s[i], Vec(query), sums.q);
    sums.kq = fma(key, query, sums.kq);
  }
  sums = sumRows(column, row, sums);

  let inV = head * columnsOfV + group.x * columnThreads + column;
  let u = beta[head] * (v[inV] - sums.k);
  for (var i = 0u; i < rowsPerThread; i++) {
    state[at + i * columnsOfV] = fma(Vec(keys[firstRow + i]), u, s[i]);
  }
  if (row == 0u) {
    o[inV] = fma(u, Vec(sums.kq), sums.q);
  }
}

// kda_decode / reduce_subgroup: rows vary fastest over threads, so a subgroup holds rows of one column group
// and adds them without barriers; what is left of several subgroups meets in workgroup memory.
// Needs rowThreads to be a multiple of the subgroup size.

var<workgroup> partialK: array<Vec, threads>;
var<workgroup> partialQ: array<Vec, threads>;
var<workgroup> partialKq: array<f32, threads>;
var<private> subgroupLanes: u32;

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  var sums = Sums(subgroupAdd(mine.k), subgroupAdd(mine.q), subgroupAdd(mine.kq));
  let subgroupsPerColumn = rowThreads / subgroupLanes;
  if (row % subgroupLanes == 0u) {
    let slot = column * subgroupsPerColumn + row / subgroupLanes;
    partialK[slot] = sums.k;
    partialQ[slot] = sums.q;
    partialKq[slot] = sums.kq;
  }
  workgroupBarrier(); // every subgroup's sums are in place
  sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  for (var i = 0u; i < subgroupsPerColumn; i++) {
    let slot = column * subgroupsPerColumn + i;
    sums.k += partialK[slot];
    sums.q += partialQ[slot];
    sums.kq += partialKq[slot];
  }
  return sums;
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_size) lanes: u32,
) {
  subgroupLanes = lanes;
  step(group, grid.y, local, local / rowThreads, local % rowThreads);
}
