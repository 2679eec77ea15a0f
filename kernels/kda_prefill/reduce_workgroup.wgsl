// kda_prefill / reduce_workgroup: sums over the threads of a column, through workgroup memory.
// Two sets of partial sums take turns, so that one barrier a token is enough.
// Workgroup memory: 2 x [parts, columns] of two vec4 and one f32.

var<workgroup> partErased: array<vec4<f32>, 2u * parts * columns>;
var<workgroup> partKept: array<vec4<f32>, 2u * parts * columns>;
var<workgroup> partOverlap: array<f32, 2u * parts>;

fn columnOf(thread: u32) -> u32 {
  return thread % columns;
}

fn partOf(thread: u32) -> u32 {
  return thread / columns;
}

fn sumOverParts(mine: Taken, thread: u32, turn: u32) -> Taken {
  let base = turn * parts * columns;
  partErased[base + thread] = mine.erased;
  partKept[base + thread] = mine.kept;
  if (columnOf(thread) == 0u) {
    partOverlap[turn * parts + partOf(thread)] = mine.overlap;
  }
  workgroupBarrier(); // partial sums are read by other threads
  var sum = Taken(vec4<f32>(0.0), vec4<f32>(0.0), 0.0);
  // @unroll
  for (var p = 0u; p < parts; p++) {
    sum.erased += partErased[base + p * columns + columnOf(thread)];
    sum.kept += partKept[base + p * columns + columnOf(thread)];
    sum.overlap += partOverlap[turn * parts + p];
  }
  return sum;
}
