// delta_prefill / substitution: X = (I + diag(beta) A)^-1 of 16 x 16 diagonal blocks, in place, by forward substitution.
// A is strictly lower triangular in `pairs`, beta_i in the last column. The ones of X's diagonal are not stored.
// Workgroup memory: none of its own.

// X[i,j] of the unit lower triangular matrix kept below the diagonal of `pairs`.
fn unitLower(i: u32, j: u32) -> f32 {
  return select(select(0.0, 1.0, i == j), pairs[i * pairStride + j], j < i);
}

fn substitute(thread: u32) {
  // Diagonal blocks: thread = column.
  let local = thread % sub;
  let base = thread - local;
  var column: array<f32, sub>;
  if (thread < chunkSize) {
    // @unroll
    for (var i = 0u; i < sub; i++) {
      var sum = 0.0;
      // @unroll
      for (var m = 0u; m < i; m++) {
        sum += pairs[(base + i) * pairStride + base + m] * column[m];
      }
      let identity = select(0.0, 1.0, i == local);
      column[i] = fma(-pairs[(base + i) * pairStride + chunkSize], sum, identity);
    }
  }
  workgroupBarrier(); // every column is known before A is overwritten
  if (thread < chunkSize) {
    // @unroll
    for (var i = 0u; i < sub; i++) {
      if (i > local) {
        pairs[(base + i) * pairStride + thread] = column[i];
      }
    }
  }
  workgroupBarrier(); // diagonal blocks of X are complete
}
