// mla_decode / reduce_barrier: `parts` neighbouring threads meet in workgroup memory, halving until one is left.
// The caller has a barrier between two calls.

var<workgroup> partials: array<vec4<f32>, threads>; // [headVectors, parts]

fn reduceMax(local: u32, value: vec4<f32>) -> vec4<f32> {
  partials[local] = value;
  workgroupBarrier(); // every part's value is in place
  for (var width = parts / 2u; width > 0u; width /= 2u) {
    if (local % parts < width) {
      partials[local] = max(partials[local], partials[local + width]);
    }
    workgroupBarrier(); // the next round reads what this one wrote
  }
  return partials[local - local % parts];
}

fn reduceSum(local: u32, value: vec4<f32>) -> vec4<f32> {
  partials[local] = value;
  workgroupBarrier(); // every part's value is in place
  for (var width = parts / 2u; width > 0u; width /= 2u) {
    if (local % parts < width) {
      partials[local] += partials[local + width];
    }
    workgroupBarrier(); // the next round reads what this one wrote
  }
  return partials[local - local % parts];
}
