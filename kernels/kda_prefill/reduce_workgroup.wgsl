// kda_prefill / reduce_workgroup: sums over the threads of a column, through workgroup memory.
// Two sets of partial sums take turns, so that one barrier a token is enough.
// Workgroup memory: (2 + group) x [parts, columns] of a thread's columns.

var<workgroup> partErased: array<array<Columns, parts * columns>, 2>;
var<workgroup> partOutput: array<array<Columns, parts * columns>, group>;

fn columnOf(thread: u32) -> u32 {
  return thread % columns;
}

fn partOf(thread: u32) -> u32 {
  return thread / columns;
}

// The sum over all parts, in all of them.
fn sumOverParts(mine: Columns, thread: u32, turn: u32) -> Columns {
  partErased[turn][thread] = mine;
  workgroupBarrier(); // partial sums are read by other threads
  var sum = Columns(0.0);
  // @unroll
  for (var p = 0u; p < parts; p++) {
    sum += partErased[turn][p * columns + columnOf(thread)];
  }
  return sum;
}

// Sums of a group's tokens, that of token p % group in part p. The next call follows `group` barriers later.
fn sumOfGroup(mine: array<Columns, group>, thread: u32) -> Columns {
  // @unroll
  for (var n = 0u; n < group; n++) {
    partOutput[n][thread] = mine[n];
  }
  workgroupBarrier(); // partial outputs are read by other threads
  let n = partOf(thread) % group;
  var sum = Columns(0.0);
  // @unroll
  for (var p = 0u; p < parts; p++) {
    sum += partOutput[n][p * columns + columnOf(thread)];
  }
  return sum;
}
