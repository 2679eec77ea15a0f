// gqa_decode / reduce_subgroup: a row's lanes sit in one subgroup and add up their products by shuffles, so that nobody
// waits at a barrier. lanesPerRow divides every subgroup size of the device.

const laneSteps: u32 = 3u; // lanesPerRow is 2^laneSteps

fn sumLanes(local: u32, sums: ptr<function, array<f32, sumCount>>) {
  // @unroll
  for (var step = 0u; step < laneSteps; step++) {
    // @unroll
    for (var i = 0u; i < sumCount; i++) {
      (*sums)[i] += subgroupShuffleXor((*sums)[i], 1u << step);
    }
  }
}
