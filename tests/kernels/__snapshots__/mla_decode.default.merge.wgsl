// mla_decode / merge: joins the splits of one head by their log-sum-exp.
//   L = ln sum_s exp(lse_s)     o = sum_s exp(lse_s - L) o_s     an empty split has weight 0
// Workgroup (dims, head, sequence): unitLanes threads across 4 unitLanes dims, the rest across splits.
// Workgroup memory: one weight per split + the reductions over threads.

const splits: u32 = 32u;
const threads: u32 = 256u;
const unitLanes: u32 = 16u; // units of 4 dims per workgroup
const splitLanes: u32 = threads / unitLanes;
const valueUnits: u32 = 128u; // 512 / 4
const emptyLse: f32 = -1e30;

struct Params {
  heads: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partialO: array<vec4<f32>>;  // [N, H, splits, valueUnits]
@group(0) @binding(2) var<storage, read> partialLse: array<f32>;      // [N, H, splits]
@group(0) @binding(3) var<storage, read_write> o: array<vec4<f32>>;   // [N, H, valueUnits]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;       // [N, H]

var<workgroup> weights: array<f32, splits>;
var<workgroup> folded: array<f32, threads>;
var<workgroup> outputs: array<vec4<f32>, threads>; // [splitLanes, unitLanes]

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.z * params.heads + group.y;
  var best = emptyLse;
  for (var i = local; i < splits; i += threads) {
    weights[i] = partialLse[row * splits + i];
    best = max(best, weights[i]);
  }
  folded[local] = best;
  workgroupBarrier(); // every thread's maximum is in place
  for (var width = threads / 2u; width > 0u; width /= 2u) {
    if (local < width) {
      folded[local] = max(folded[local], folded[local + width]);
    }
    workgroupBarrier(); // the next round reads what this one wrote
  }
  best = folded[0];
  workgroupBarrier(); // folded is free again

  var sum = 0.0;
  for (var i = local; i < splits; i += threads) {
    let weight = select(0.0, exp2((weights[i] - best) * 1.44269504), weights[i] > emptyLse);
    weights[i] = weight;
    sum += weight;
  }
  folded[local] = sum;
  workgroupBarrier(); // weights and every thread's sum are in place
  for (var width = threads / 2u; width > 0u; width /= 2u) {
    if (local < width) {
      folded[local] += folded[local + width];
    }
    workgroupBarrier(); // the next round reads what this one wrote
  }
  let total = folded[0];

  let unit = group.x * unitLanes + local % unitLanes;
  var output = vec4<f32>(0.0);
  for (var i = local / unitLanes; i < splits; i += splitLanes) {
    output = fma(vec4<f32>(weights[i]), partialO[(row * splits + i) * valueUnits + unit], output);
  }
  outputs[local] = output;
  workgroupBarrier(); // every split lane's sum is in place
  for (var width = threads / 2u; width >= unitLanes; width /= 2u) {
    if (local < width) {
      outputs[local] += outputs[local + width];
    }
    workgroupBarrier(); // the next round reads what this one wrote
  }
  if (local < unitLanes) {
    o[row * valueUnits + unit] = select(vec4<f32>(0.0), outputs[local] / total, total > 0.0);
  }
  if (local == 0u && group.x == 0u) {
    lse[row] = select(emptyLse, best + log2(total) * 0.69314718, total > 0.0);
  }
}
