// mla_decode / merge: joins the splits of one head by their log-sum-exp.
//   L = ln sum_s exp(lse_s)     o = sum_s exp(lse_s - L) o_s     an empty split has weight 0
// Workgroup (dims, head, sequence): unitLanes threads across 4 unitLanes dims, the rest across splits. The splits' o are
// fetched before their weights are known.
// Workgroup memory: every split's lse + the maxima and sums of fans of them + the splits' shares of o.

const splits: u32 = 32u;
const threads: u32 = 256u;
const unitLanes: u32 = 16u; // units of 4 dims per workgroup
const splitLanes: u32 = threads / unitLanes;
const rounds: u32 = (splits + splitLanes - 1u) / splitLanes;
const fans: u32 = 16u;      // threads that fold the lse of splits / fans splits each
const fanSplits: u32 = (splits + fans - 1u) / fans;
const valueUnits: u32 = 128u; // 512 / 4
const emptyLse: f32 = -1e30;
const log2e: f32 = 1.44269504;

struct Params {
  heads: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partialO: array<vec4<f32>>;  // [N, H, splits, valueUnits]
@group(0) @binding(2) var<storage, read> partialLse: array<f32>;      // [N, H, splits]
@group(0) @binding(3) var<storage, read_write> o: array<vec4<f32>>;   // [N, H, valueUnits]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;       // [N, H]

var<workgroup> exponents: array<f32, fans * fanSplits>; // lse in base 2; of no split: emptyLse
var<workgroup> folds: array<vec2<f32>, fans>;           // maximum, sum
var<workgroup> outputs: array<vec4<f32>, threads>;      // [splitLanes, unitLanes]

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.z * params.heads + group.y;
  let unit = group.x * unitLanes + local % unitLanes;
  let splitLane = local / unitLanes;
  for (var i = local; i < fans * fanSplits; i += threads) {
    exponents[i] = select(emptyLse, partialLse[row * splits + min(i, splits - 1u)] * log2e, i < splits);
  }
  var pieces: array<vec4<f32>, rounds>;
  for (var i = 0u; i < rounds; i++) {
    pieces[i] = partialO[(row * splits + min(splitLane + i * splitLanes, splits - 1u)) * valueUnits + unit];
  }
  workgroupBarrier(); // every split's exponent is in place
  if (local < fans) {
    var best = emptyLse;
    for (var i = 0u; i < fanSplits; i++) {
      best = max(best, exponents[local * fanSplits + i]);
    }
    var sum = 0.0;
    for (var i = 0u; i < fanSplits; i++) {
      sum += exp2(exponents[local * fanSplits + i] - best);
    }
    folds[local] = vec2<f32>(best, sum);
  }
  workgroupBarrier(); // every fan is folded
  var best = emptyLse;
  for (var i = 0u; i < fans; i++) {
    best = max(best, folds[i].x);
  }
  var total = 0.0;
  for (var i = 0u; i < fans; i++) {
    total += folds[i].y * exp2(folds[i].x - best);
  }

  var output = vec4<f32>(0.0);
  for (var i = 0u; i < rounds; i++) {
    let at = splitLane + i * splitLanes;
    if (splits % splitLanes == 0u || at < splits) {
      output = fma(vec4<f32>(exp2(exponents[at] - best)), pieces[i], output);
    }
  }
  outputs[local] = output;
  workgroupBarrier(); // every split lane's sum is in place
  if (local < unitLanes) {
    for (var i = 1u; i < splitLanes; i++) {
      output += outputs[i * unitLanes + local];
    }
    o[row * valueUnits + unit] = select(vec4<f32>(0.0), output / total, best > emptyLse);
  }
  if (local == 0u && group.x == 0u) {
    lse[row] = select(emptyLse, (best + log2(total)) / log2e, best > emptyLse);
  }
}
