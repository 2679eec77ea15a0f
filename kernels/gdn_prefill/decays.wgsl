// gdn_prefill / decays: what gates of whole heads make of a chunk's rows and of pairs of rows.
//   before_i = exp2(G_i),  after_i = exp2(Glast - G_i),  A[i,j] *= exp2(G_i - G_j),  P[i,j] *= factor exp2(G_i - G_j)
// Linked with prepare or matrix_prepare. Exponents are sums of gates from one row to the other, never a difference of
// sums: a mask of -1000 costs its neighbours no digit.
// Workgroup memory: three numbers a row, f32.

var<workgroup> steps: array<f32, chunkSize>; // base-2 gates
var<workgroup> before: array<f32, chunkSize>; // decay from the chunk's start to the row, its own gate included
var<workgroup> after: array<f32, chunkSize>; // decay from the row, without its own gate, to the chunk's end

fn decayOf(exponent: f32) -> f32 {
  return exp2(max(exponent, -127.0));
}

const shares: u32 = threads / chunkSize; // threads that decay a column of pairs together
const shareRows: u32 = chunkSize / shares;

// Stages gates, beta and the decays of rows. Rows past the last token have gates and beta of zero.
fn decayRows(thread: u32, start: u32, tokenBase: u32, head: u32) {
  if (thread < chunkSize) {
    let at = (tokenBase + min(start + thread, params.last - 1u)) * params.heads + head;
    let valid = start + thread < params.last;
    let step = max(g[at] * 1.4426950408889634, -127.0);
    steps[thread] = select(0.0, step, valid);
    pairs[thread * pairStride + chunkSize] = select(0.0, beta[at], valid);
  }
  workgroupBarrier(); // gates are read by other threads
  if (thread < chunkSize) {
    var fromStart = 0.0;
    var toEnd = 0.0;
    for (var m = 0u; m < chunkSize; m++) {
      fromStart += select(0.0, steps[m], m <= thread);
      toEnd += select(0.0, steps[m], m > thread);
    }
    before[thread] = decayOf(fromStart);
    after[thread] = decayOf(toEnd);
  }
  workgroupBarrier(); // decays of rows are read by other threads
}

// Decays k_i . k_j at [i, j] and q_i . k_j at [j, i] of `pairs` from row j to row i, down the columns of A.
fn decayPairs(thread: u32, factor: f32) {
  let j = thread % chunkSize;
  let first = thread / chunkSize * shareRows;
  var sum = 0.0;
  for (var m = j + 1u; m < first; m++) {
    sum += steps[m];
  }
  for (var i = first; i < first + shareRows; i++) {
    sum += select(0.0, steps[i], i > j);
    let decayed = decayOf(sum);
    if (i > j) {
      pairs[i * pairStride + j] *= decayed;
    }
    if (i >= j) {
      pairs[j * pairStride + i] *= factor * decayed;
    }
  }
  workgroupBarrier(); // A and P are complete
}
