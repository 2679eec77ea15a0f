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
