// gdn_prefill / prepare: everything of a chunk that does not need the state. Linked with decays and inverse.
//   kg = exp2(G) k,  qg = scale exp2(G) q,  kl = exp2(Glast - G) k,  decay = exp2(Glast)
//   A[i,j] = beta_i exp2(G_i - G_j) k_i . k_j,  j <  i          M = (I + A)^-1 diag(beta)
//   P[i,j] = scale exp2(G_i - G_j) q_i . k_j,   j <= i
// One workgroup per chunk and head walks K in slices, each thread its tiles of 4 x 4 pairs. The decay between two tokens
// is one number, so products come first and decays last.
// Workgroup memory: two tiles [chunkSize, slice + 4] f32 + A and P packed in [chunkSize, chunkSize + 1] f32 + what
// inverse passes on, [chunkSize / 2, chunkSize / 2] f32.

const chunkSize: u32 = 32u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const threads: u32 = 128u;
const slice: u32 = 16u; // channels staged at a time (fla: BK)
alias Elem = f32; // storage type of kg, qg, kl, M, P
alias Io = f32; // storage type of q, k

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> g: array<f32>; // [B, T, H]
@group(0) @binding(4) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(5) var<storage, read_write> rows: array<vec4<Elem>>; // [B, H, chunks, kg qg kl, chunkSize, K]
@group(0) @binding(6) var<storage, read_write> blocks: array<vec4<Elem>>; // [B, H, chunks, M P, chunkSize, chunkSize]
@group(0) @binding(7) var<storage, read_write> decay: array<vec4<f32>>; // [B, H, chunks, K]

const sub: u32 = 16u; // rows of a diagonal block, for inverse
const subs: u32 = chunkSize / sub;
const keyVectors: u32 = keyDim / 4u;
const sliceVectors: u32 = slice / 4u;
const stride: u32 = sliceVectors + 1u; // odd, so that neighbouring rows lie in different banks
const pairStride: u32 = chunkSize + 1u;
const tiles: u32 = subs * (subs + 1u) / 2u * 16u; // 4 x 4 tiles of blocks on the diagonal and below
const squares: u32 = chunkSize * chunkSize / 16u; // 4 x 4 tiles of all
const splits: u32 = (threads + squares - 1u) / squares; // threads that share a tile's sums over K
const jobs: u32 = tiles * splits;
const rounds: u32 = (jobs + threads - 1u) / threads;

var<workgroup> queries: array<vec4<f32>, chunkSize * stride>;
var<workgroup> keys: array<vec4<f32>, chunkSize * stride>;
// A[i,j] at [i,j], P[i,j] at [j,i], beta_i at [i, chunkSize]. Zero at the start, as WGSL promises.
var<workgroup> pairs: array<f32, chunkSize * pairStride>;
var<workgroup> gates: array<vec4<f32>, squares>; // A10 X00 of inverse, which knows the name

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let chunk = workgroup.y * chunks + workgroup.x;
  let start = params.first + workgroup.x * chunkSize;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;

  // @stage gate and cumsum
  decayRows(thread, start, tokenBase, head);
  // @end

  var sumsK = array<vec4<f32>, 4u * rounds>();
  var sumsQ = array<vec4<f32>, 4u * rounds>();
  for (var first = 0u; first < keyVectors; first += sliceVectors) {
    // Stage k and q, and write what becomes of them; rows past T are zero.
    for (var i = thread; i < chunkSize * sliceVectors; i += threads) {
      let r = i / sliceVectors;
      let x = i % sliceVectors;
      let token = min(start + r, params.last - 1u);
      let at = ((tokenBase + token) * params.heads + head) * keyVectors + first + x;
      let valid = start + r < params.last;
      let key = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
      let query = select(vec4<f32>(0.0), vec4<f32>(q[at]), valid);
      keys[r * stride + x] = key;
      queries[r * stride + x] = query;
      let to = (chunk * 3u * chunkSize + r) * keyVectors + first + x;
      rows[to] = vec4<Elem>(before[r] * key);
      rows[to + chunkSize * keyVectors] = vec4<Elem>(params.scale * before[r] * query);
      rows[to + 2u * chunkSize * keyVectors] = vec4<Elem>(after[r] * key);
    }
    workgroupBarrier(); // the slice is complete
    // @stage intra-chunk products
    for (var n = 0u; n < rounds; n++) {
      let job = thread + n * threads;
      if (job < jobs) {
        let ti = tileRow(job % tiles);
        let tj = tileColumn(job % tiles);
        for (var x = job / tiles; x < sliceVectors; x += splits) {
          let k0 = keys[tj * stride + x];
          let k1 = keys[(tj + 4u) * stride + x];
          let k2 = keys[(tj + 8u) * stride + x];
          let k3 = keys[(tj + 12u) * stride + x];
          for (var r = 0u; r < 4u; r++) {
            let key = keys[(ti + 4u * r) * stride + x];
            let query = queries[(ti + 4u * r) * stride + x];
            sumsK[4u * n + r] += vec4<f32>(dot(key, k0), dot(key, k1), dot(key, k2), dot(key, k3));
            sumsQ[4u * n + r] += vec4<f32>(dot(query, k0), dot(query, k1), dot(query, k2), dot(query, k3));
          }
        }
      }
    }
    // @end
    workgroupBarrier(); // the next slice overwrites the tiles
  }
  for (var i = thread; i < keyVectors; i += threads) {
    decay[chunk * keyVectors + i] = vec4<f32>(before[chunkSize - 1u]);
  }

  // @stage intra-chunk products
  for (var turn = 0u; turn < splits; turn++) {
    for (var n = 0u; n < rounds; n++) {
      let job = thread + n * threads;
      if (job < jobs && job / tiles == turn) {
        let ti = tileRow(job % tiles);
        let tj = tileColumn(job % tiles);
        for (var r = 0u; r < 4u; r++) {
          for (var c = 0u; c < 4u; c++) {
            let i = ti + 4u * r;
            let j = tj + 4u * c;
            if (i > j) {
              pairs[i * pairStride + j] += sumsK[4u * n + r][c];
            }
            if (i >= j) {
              pairs[j * pairStride + i] += sumsQ[4u * n + r][c];
            }
          }
        }
      }
    }
    workgroupBarrier(); // threads that share a tile add in turn
  }
  decayPairs(thread, params.scale);
  // @end

  // @stage inverse
  invert(thread);
  // @end

  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let r = i / (chunkSize / 4u);
    let c = i % (chunkSize / 4u) * 4u;
    var m: vec4<f32>;
    var p: vec4<f32>;
    for (var e = 0u; e < 4u; e++) {
      m[e] = unitLower(r, c + e) * pairs[(c + e) * pairStride + chunkSize];
      p[e] = select(0.0, pairs[(c + e) * pairStride + r], c + e <= r);
    }
    let to = chunk * chunkSize * chunkSize / 2u + i;
    blocks[to] = vec4<Elem>(m);
    blocks[to + chunkSize * chunkSize / 4u] = vec4<Elem>(p);
  }
}

// First row and column of a tile: it has every fourth of a 16 x 16 block, so that neighbouring threads read neighbouring
// rows.
fn tileRow(tile: u32) -> u32 {
  return blockRow(tile / 16u) * sub + tile % 16u / 4u;
}
fn tileColumn(tile: u32) -> u32 {
  let a = blockRow(tile / 16u);
  return (tile / 16u - a * (a + 1u) / 2u) * sub + tile % 4u;
}

// The row of the n-th block, row after row, of four.
fn blockRow(n: u32) -> u32 {
  return select(0u, 1u, n >= 1u) + select(0u, 1u, n >= 3u) + select(0u, 1u, n >= 6u);
}

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

// delta_prefill / inverse: X = (I + A)^-1 in place, A strictly lower triangular [chunkSize, chunkSize] in `pairs`.
// Forward substitution on 16 x 16 diagonal blocks, then X10 = -X11 A10 X00 on pairs of blocks, then on pairs of pairs.
// Linked with substitution. Row i of A is still without beta_i, which lies in the last column.
// Workgroup memory: none of its own; A10 X00 passes through `gates`.

fn invert(thread: u32) {
  substitute(thread);

  // Pairs of inverted blocks.
  for (var half = sub; half < chunkSize; half *= 2u) {
    let vectors = half / 4u;
    let items = chunkSize / 4u * vectors; // two rows of four columns each
    for (var i = thread; i < items; i += threads) {
      let c = i % vectors * 4u;
      let r = i / vectors * 2u; // row counted over the lower halves of all pairs
      let corner = r / half * 2u * half;
      let i0 = corner + half + r % half;
      var sum0 = vec4<f32>(0.0);
      var sum1 = vec4<f32>(0.0);
      for (var m = c; m < half; m++) {
        let j = corner + c;
        let x = vec4<f32>(
          unitLower(corner + m, j),
          unitLower(corner + m, j + 1u),
          unitLower(corner + m, j + 2u),
          unitLower(corner + m, j + 3u),
        );
        sum0 += pairs[i0 * pairStride + corner + m] * x;
        sum1 += pairs[(i0 + 1u) * pairStride + corner + m] * x;
      }
      gates[r * vectors + i % vectors] = pairs[i0 * pairStride + chunkSize] * sum0;
      gates[(r + 1u) * vectors + i % vectors] = pairs[(i0 + 1u) * pairStride + chunkSize] * sum1;
    }
    workgroupBarrier(); // A10 X00 is complete in `gates`
    for (var i = thread; i < items; i += threads) {
      let c = i % vectors * 4u;
      let r = i / vectors * 2u;
      let group = r / half;
      let corner = group * 2u * half;
      let i0 = corner + half + r % half;
      var sum0 = vec4<f32>(0.0);
      var sum1 = vec4<f32>(0.0);
      for (var m = 0u; m < r % half + 2u; m++) {
        let x = gates[(group * half + m) * vectors + i % vectors];
        sum0 += unitLower(i0, corner + half + m) * x;
        sum1 += unitLower(i0 + 1u, corner + half + m) * x;
      }
      for (var e = 0u; e < 4u; e++) {
        pairs[i0 * pairStride + corner + c + e] = -sum0[e];
        pairs[(i0 + 1u) * pairStride + corner + c + e] = -sum1[e];
      }
    }
    workgroupBarrier(); // the merged block is read by the next merge
  }
}

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
    for (var i = 0u; i < sub; i++) {
      var sum = 0.0;
      for (var m = 0u; m < i; m++) {
        sum += pairs[(base + i) * pairStride + base + m] * column[m];
      }
      let identity = select(0.0, 1.0, i == local);
      column[i] = fma(-pairs[(base + i) * pairStride + chunkSize], sum, identity);
    }
  }
  workgroupBarrier(); // every column is known before A is overwritten
  if (thread < chunkSize) {
    for (var i = 0u; i < sub; i++) {
      if (i > local) {
        pairs[(base + i) * pairStride + thread] = column[i];
      }
    }
  }
  workgroupBarrier(); // diagonal blocks of X are complete
}
