// gqa_decode / reduce_barrier: the products of a row's lanes meet in workgroup memory, where each lane adds up a share.

const addRounds: u32 = (sumCount + lanesPerRow - 1u) / lanesPerRow;

var<workgroup> laneSums: array<array<f32, threads>, sumCount>;
var<workgroup> rowSums: array<array<f32, sumCount + 1u>, teams * blocksPerGroup>; // rows begin in different banks

fn sumLanes(local: u32, sums: ptr<function, array<f32, sumCount>>) {
  // @unroll
  for (var i = 0u; i < sumCount; i++) {
    laneSums[i][local] = (*sums)[i];
  }
  workgroupBarrier(); // every lane's products are in place, and the last tile's sums are read
  let lane = local % lanesPerRow;
  // @unroll
  for (var round = 0u; round < addRounds; round++) {
    let i = lane + round * lanesPerRow;
    if (i < sumCount) {
      var four = vec4<f32>(0.0); // four sums: what one large product is added to is rounded less often
      // @unroll
      for (var l = 0u; l < lanesPerRow; l++) { // each lane begins with its own: they meet no bank twice
        four[l % 4u] += laneSums[i][local - lane + (lane + l) % lanesPerRow];
      }
      rowSums[local / lanesPerRow][i] = (four.x + four.y) + (four.z + four.w);
    }
  }
  workgroupBarrier(); // every row's sums are in place, and its products are read
  // @unroll
  for (var i = 0u; i < sumCount; i++) {
    (*sums)[i] = rowSums[local / lanesPerRow][i];
  }
}
