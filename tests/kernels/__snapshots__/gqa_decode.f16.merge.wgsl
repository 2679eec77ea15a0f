// paged / merge: joins the splits of one head, whose weights are relative to a maximum m_s of their own (base 2).
//   L = ln sum_s 2^m_s sum_s     o = sum_s 2^m_s sum_s o_s / exp(L)     an empty split has o_s = sum_s = 0
// Workgroup (dims, head, sequence): unitLanes threads across 8 unitLanes dims, the rest across splits. Every thread joins
// splits of its own first, so that nothing it fetches waits for a barrier, and the first threads join these.
// Workgroup memory: the threads' shares of o + the maximum and sum of each.
// Linked with one of unit_f16 and unit_f32 (widen).

const splits: u32 = 32u;
const threads: u32 = 128u;
const unitLanes: u32 = 8u; // units of 8 dims per workgroup
const splitLanes: u32 = threads / unitLanes;
const rounds: u32 = (splits + splitLanes - 1u) / splitLanes;
const valueUnits: u32 = 16u; // dims of a value / 8
const emptyLse: f32 = -1e30;
alias PartialUnit = vec4<u32>; // 8 values of a split's o as stored

struct Params {
  heads: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partialO: array<PartialUnit>;  // [N, H, splits, valueUnits]
@group(0) @binding(2) var<storage, read> partialSums: array<vec2<f32>>; // [N, H, splits], maximum and sum
@group(0) @binding(3) var<storage, read_write> o: array<vec4<f32>>;     // [N, H, valueUnits * 2]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;         // [N, H]

var<workgroup> outputs: array<array<array<vec4<f32>, 2>, unitLanes>, splitLanes>;
var<workgroup> sums: array<vec2<f32>, splitLanes>; // maximum and sum

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.z * params.heads + group.y;
  let first = row * splits;
  let lane = local % unitLanes;
  let unit = group.x * unitLanes + lane;
  let splitLane = local / unitLanes;
  var parts: array<vec2<f32>, rounds>;
  var pieces: array<PartialUnit, rounds>;
  for (var i = 0u; i < rounds; i++) {
    let split = splitLane + i * splitLanes;
    let at = first + min(split, splits - 1u);
    parts[i] = select(vec2<f32>(emptyLse, 0.0), partialSums[at], split < splits);
    pieces[i] = partialO[at * valueUnits + unit];
  }
  var best = emptyLse;
  for (var i = 0u; i < rounds; i++) {
    best = max(best, parts[i].x);
  }
  var sum = 0.0;
  var low = vec4<f32>(0.0);
  var high = vec4<f32>(0.0);
  for (var i = 0u; i < rounds; i++) {
    let weight = exp2(parts[i].x - best) * parts[i].y;
    sum += weight;
    low = fma(vec4<f32>(weight), widen(pieces[i], 0u), low);
    high = fma(vec4<f32>(weight), widen(pieces[i], 1u), high);
  }
  outputs[splitLane][lane][0] = low;
  outputs[splitLane][lane][1] = high;
  if (lane == 0u) {
    sums[splitLane] = vec2<f32>(best, sum);
  }
  workgroupBarrier(); // every split lane's share is in place
  if (local < unitLanes * 2u) { // 4 dims each
    best = emptyLse;
    for (var i = 0u; i < splitLanes; i++) {
      best = max(best, sums[i].x);
    }
    sum = 0.0;
    var output = vec4<f32>(0.0);
    for (var i = 0u; i < splitLanes; i++) {
      let weight = exp2(sums[i].x - best);
      sum = fma(weight, sums[i].y, sum);
      output = fma(vec4<f32>(weight), outputs[i][local / 2u][local % 2u], output);
    }
    o[(row * valueUnits + group.x * unitLanes) * 2u + local] = select(vec4<f32>(0.0), output / sum, best > emptyLse);
    if (local == 0u && group.x == 0u) {
      lse[row] = select(emptyLse, (best + log2(sum)) * 0.69314718, best > emptyLse);
    }
  }
}

// paged / unit_f16: the cache as pairs of halves in u32 words, so that no shader-f16 feature is needed.

fn widen(unit: vec4<u32>, half: u32) -> vec4<f32> {
  let words = select(unit.xy, unit.zw, half == 1u);
  return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
