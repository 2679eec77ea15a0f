// kda_decode / reduce_barrier: columns vary fastest over threads, so a subgroup reads whole rows;
// partial sums meet in workgroup memory.

var<workgroup> partialK: array<Vec, threads>;
var<workgroup> partialQ: array<Vec, threads>;
var<workgroup> partialKq: array<f32, rowThreads>;

fn sumRows(column: u32, row: u32, mine: Sums) -> Sums {
  partialK[row * columnThreads + column] = mine.k;
  partialQ[row * columnThreads + column] = mine.q;
  if (column == 0u) {
    partialKq[row] = mine.kq;
  }
  workgroupBarrier(); // every row group's partial sums are in place
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var r = 0u; r < rowThreads; r++) {
    sums.k += partialK[r * columnThreads + column];
    sums.q += partialQ[r * columnThreads + column];
    sums.kq += partialKq[r];
  }
  return sums;
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  step(group, grid.y, local, local % columnThreads, local / columnThreads);
}
