// mla_decode / reduce_subgroup: shufflePart neighbouring threads meet by shuffles, the rest in workgroup memory.
// shufflePart divides every subgroup size of the device, so that a shuffle never leaves a subgroup.
// The caller has a barrier between two calls.

const shufflePart: u32 = 4u; // the smaller of parts and the device's smallest subgroup
const shuffleParts: u32 = parts / shufflePart;

var<workgroup> partials: array<vec4<f32>, headVectors * shuffleParts>; // [headVectors, shuffleParts]

fn reduceMax(local: u32, value: vec4<f32>) -> vec4<f32> {
  var best = value;
  for (var width = shufflePart / 2u; width > 0u; width /= 2u) {
    best = max(best, subgroupShuffleXor(best, width));
  }
  if (shuffleParts > 1u) {
    if (local % shufflePart == 0u) {
      partials[local / shufflePart] = best;
    }
    workgroupBarrier(); // every subgroup's maximum is in place
    for (var i = 0u; i < shuffleParts; i++) {
      best = max(best, partials[local / parts * shuffleParts + i]);
    }
  }
  return best;
}

fn reduceSum(local: u32, value: vec4<f32>) -> vec4<f32> {
  var sum = value;
  for (var width = shufflePart / 2u; width > 0u; width /= 2u) {
    sum += subgroupShuffleXor(sum, width);
  }
  if (shuffleParts > 1u) {
    if (local % shufflePart == 0u) {
      partials[local / shufflePart] = sum;
    }
    workgroupBarrier(); // every subgroup's sum is in place
    sum = vec4<f32>(0.0);
    for (var i = 0u; i < shuffleParts; i++) {
      sum += partials[local / parts * shuffleParts + i];
    }
  }
  return sum;
}
