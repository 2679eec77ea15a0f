enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
// gdn_prefill / matrix_prepare: what prepare computes, its products on matrix units.
// Linked with decays, matrix_halves, matrix_layout and matrix_inverse.
//   kg = exp2(G) k,  qg = scale exp2(G) q,  kl = exp2(Glast - G) k,  decay = exp2(Glast)
//   A[i,j] = beta_i exp2(G_i - G_j) k_i . k_j,  j <  i          M = (I + A)^-1 diag(beta)
//   P[i,j] = scale exp2(G_i - G_j) q_i . k_j,   j <= i
// One workgroup per chunk and head. k and q are the operands as they are, half of K at a time; sums stay in registers
// until all of K is in them, and are decayed as numbers.
// kl and P, which multiply Vn, are stored as sums of two f16 (README of kda_prefill, Numbers).
// Workgroup memory: f16 operands of half of K or of inverse + A and P packed in [chunkSize, chunkSize + 4] f32 + tiles.

const chunkSize: u32 = 32u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const rowWidth: u32 = 512u; // elements of `rows` a token has
const rowsPerThread: u32 = 8u;
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
const operandLength: u32 = 1152u; // half of K of k and q, or six operands of inverse, the longer
const lift: f32 = 64.0; // kl, qg and P are that much larger than the formulas say, lest low halves be subnormal
alias Io = f32; // storage type of q, k

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
}

alias Left = subgroup_matrix_left<f16, tile, tile>;
alias Right = subgroup_matrix_right<f16, tile, tile>;
alias Sum = subgroup_matrix_result<f32, tile, tile>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(2) var<storage, read> k: array<vec4<Io>>; // [B, T, H, K]
@group(0) @binding(3) var<storage, read> g: array<f32>; // [B, T, H]
@group(0) @binding(4) var<storage, read> beta: array<f32>; // [B, T, H]
// Matrices lie in tiles, each tile in one piece: a subgroup loads two cache lines and not one for every row.
@group(0) @binding(5) var<storage, read_write> rows: array<vec4<f16>>; // [B, H, chunks, kg qg kl^T low, chunkSize, K]
@group(0) @binding(6) var<storage, read_write> blocks: array<vec4<f16>>; // [B, H, chunks, M P low, chunkSize, chunkSize]
@group(0) @binding(7) var<storage, read_write> decay: array<vec4<f32>>; // [B, H, chunks, K]

const sub: u32 = 16u; // rows of a diagonal block, for inverse
const keyVectors: u32 = keyDim / 4u;
const rowGroups: u32 = chunkSize / rowsPerThread;
const threads: u32 = rowGroups * keyVectors;
const subgroups: u32 = threads / subgroupSize;
const halfRows: u32 = chunkSize / 2u; // rows in the lower halves of merged pairs, for inverse
const slices: u32 = 2u; // of K, staged one after the other
const sliceVectors: u32 = keyVectors / slices;
const sliceTiles: u32 = keyDim / slices / tile;
const stride: u32 = sliceVectors + 2u; // neighbouring rows begin 4 banks apart
const keyTiles: u32 = keyDim / tile;
const chunkTiles: u32 = chunkSize / tile;
const tileVectors: u32 = tile / 4u;
const products: u32 = chunkTiles * (chunkTiles + 1u) / 2u; // tiles on the diagonal and below, of A and of P
const rounds: u32 = (2u * products + subgroups - 1u) / subgroups;
const queriesAt: u32 = chunkSize * stride;
const pairStride: u32 = chunkSize + 4u;

// Bits of vec4<f16>: a slice of k, then of q, [chunkSize, sliceVectors] each.
var<workgroup> operands: array<vec2<u32>, operandLength>;
// A[i,j] at [i,j], P[i,j] at [j,i], beta_i at [i, chunkSize].
var<workgroup> pairs: array<f32, chunkSize * pairStride>;
var<workgroup> sums: array<vec4<f32>, chunkSize * 4u>; // tiles of P on the diagonal, then products of inverse

fn bits(a: vec4<f32>) -> vec2<u32> {
  return bitcast<vec2<u32>>(vec4<f16>(a));
}

// The row of the n-th tile, row after row, on the diagonal and below.
fn triangleRow(n: u32) -> u32 {
  var row = 0u;
  for (var m = 1u; m < chunkTiles; m++) {
    row += select(0u, 1u, n >= m * (m + 1u) / 2u);
  }
  return row;
}

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let chunk = workgroup.y * chunks + workgroup.x;
  let start = params.first + workgroup.x * chunkSize;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  // Neighbouring threads: 8 across, then 4 down, so that a subgroup writes kl^T in pieces of 32 bytes.
  let x = thread % 8u + thread / 32u % (keyVectors / 8u) * 8u;
  let group = thread / 8u % 4u + thread / (4u * keyVectors) * 4u;
  let firstRow = group * rowsPerThread;

  // Rows past the last token are zero.
  var key: array<vec4<f32>, rowsPerThread>;
  var query: array<vec4<f32>, rowsPerThread>;
  for (var r = 0u; r < rowsPerThread; r++) {
    let t = start + firstRow + r;
    let at = ((tokenBase + min(t, params.last - 1u)) * params.heads + head) * keyVectors + x;
    let valid = t < params.last;
    key[r] = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
    query[r] = select(vec4<f32>(0.0), vec4<f32>(q[at]), valid);
  }
  // @stage gate and cumsum
  decayRows(thread, start, tokenBase, head);
  // @end

  // @stage decayed rows
  let to = chunk * chunkSize * rowWidth / 4u + tiled(firstRow, x, keyTiles);
  var late: array<vec4<f32>, rowsPerThread>;
  for (var r = 0u; r < rowsPerThread; r++) {
    let early = before[firstRow + r];
    rows[to + r * tileVectors] = vec4<f16>(early * key[r]);
    rows[to + r * tileVectors + chunkSize * keyVectors] = vec4<f16>(lift * params.scale * early * query[r]);
    late[r] = lift * after[firstRow + r] * key[r];
  }
  if (group == rowGroups - 1u) {
    decay[chunk * keyVectors + x] = vec4<f32>(before[chunkSize - 1u]);
  }
  for (var r = 0u; r < rowsPerThread; r += 4u) {
    for (var e = 0u; e < 4u; e++) {
      let write = vec4<f32>(late[r][e], late[r + 1u][e], late[r + 2u][e], late[r + 3u][e]);
      let at = chunk * chunkSize * rowWidth / 4u + tiled(4u * x + e, (firstRow + r) / 4u, chunkTiles);
      rows[at + 2u * chunkSize * keyVectors] = highOf(write);
      rows[at + 3u * chunkSize * keyVectors] = lowOf(write);
    }
  }
  // @end

  // @stage intra-chunk products
  var product: array<Sum, rounds>;
  for (var n = 0u; n < rounds; n++) {
    product[n] = Sum();
  }
  for (var s = 0u; s < slices; s++) {
    if (x / sliceVectors == s) {
      for (var r = 0u; r < rowsPerThread; r++) {
        let at = (firstRow + r) * stride + x % sliceVectors;
        operands[at] = bits(key[r]);
        operands[queriesAt + at] = bits(query[r]);
      }
    }
    workgroupBarrier(); // the slice is complete
    for (var n = 0u; n < rounds; n++) {
      let job = subgroup + n * subgroups;
      if (job < 2u * products) {
        let i = triangleRow(job % products);
        let j = job % products - i * (i + 1u) / 2u;
        let leftAt = select(0u, queriesAt, job >= products) + i * tile * stride;
        let rightAt = j * tile * stride;
        for (var z = 0u; z < sliceTiles; z++) {
          let left = subgroupMatrixLoad<Left, row_major>(&operands, leftAt + z * tileVectors, stride);
          let right = subgroupMatrixLoad<Right, col_major>(&operands, rightAt + z * tileVectors, stride);
          product[n] = subgroupMatrixMultiplyAccumulate(left, right, product[n]);
        }
      }
    }
    workgroupBarrier(); // operands are about to be overwritten
  }
  for (var n = 0u; n < rounds; n++) {
    let job = subgroup + n * subgroups;
    if (job < 2u * products) {
      let i = triangleRow(job % products);
      let j = job % products - i * (i + 1u) / 2u;
      if (job < products) {
        subgroupMatrixStore<row_major>(&pairs, (i * pairStride + j) * tile, product[n], pairStride);
      } else if (i > j) {
        subgroupMatrixStore<col_major>(&pairs, (j * pairStride + i) * tile, product[n], pairStride);
      } else {
        subgroupMatrixStore<row_major>(&sums, i * tile * tileVectors, product[n], tileVectors);
      }
    }
  }
  workgroupBarrier(); // A is complete, and P but for its tiles on the diagonal, which share squares with A's
  for (var z = thread; z < chunkSize * tile; z += threads) {
    let i = z / tile;
    let j = i / tile * tile + z % tile;
    if (j <= i) {
      pairs[j * pairStride + i] = sums[z / 4u][z % 4u];
    }
  }
  workgroupBarrier(); // P is complete, and sums are free
  decayPairs(thread, lift * params.scale);
  // @end

  // @stage inverse
  invert(thread, subgroup);
  // @end

  storeBlocks(chunk, thread);
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

// delta_prefill / matrix_halves: an f32 as the sum of two f16, 22 bits of it, for matrix_prepare and matrix_scan.

// The nearest value of 11 bits, found in the bits: compilers may take vec4<f32>(vec4<f16>(a)) for a (Mesa 26 does), and
// what is left of a for zero. NaN stays NaN: rounded up, 0x7fffffff would be zero.
fn nearest(a: vec4<f32>) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(a);
  let rounded = (bits + vec4<u32>(0x1000u)) & vec4<u32>(0xffffe000u);
  let isNaN = (bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
  return bitcast<vec4<f32>>(select(rounded, bits, isNaN));
}

fn highOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(nearest(a));
}

fn lowOf(a: vec4<f32>) -> vec4<f16> {
  return vec4<f16>(a - nearest(a));
}

// delta_prefill / matrix_layout: where matrices lie in memory, and M and P from where matrix_prepare holds them.

// Where vector x of row r lies in a matrix of `across` tiles side by side.
fn tiled(r: u32, x: u32, across: u32) -> u32 {
  return (r / tile * across + x / tileVectors) * tile * tileVectors + r % tile * tileVectors + x % tileVectors;
}

// The other way round: row and first column of the i-th vector of a square of the chunk's size.
fn tiledRow(i: u32) -> u32 {
  return i / (chunkTiles * tile * tileVectors) * tile + i % (tile * tileVectors) / tileVectors;
}
fn tiledColumn(i: u32) -> u32 {
  return i / (tile * tileVectors) % chunkTiles * tile + i % tileVectors * 4u;
}

// M[r, c .. c + 3]
fn applied(r: u32, c: u32) -> vec4<f32> {
  var m: vec4<f32>;
  for (var e = 0u; e < 4u; e++) {
    m[e] = unitLower(r, c + e) * pairs[(c + e) * pairStride + chunkSize];
  }
  return m;
}

// P[r, c .. c + 3]
fn scores(r: u32, c: u32) -> vec4<f32> {
  var p: vec4<f32>;
  for (var e = 0u; e < 4u; e++) {
    p[e] = select(0.0, pairs[(c + e) * pairStride + r], c + e <= r);
  }
  return p;
}

// M = X diag(beta) and P, as a sum of two, into `blocks`.
fn storeBlocks(chunk: u32, thread: u32) {
  let base = chunk * 3u * chunkSize * chunkSize / 4u;
  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let r = tiledRow(i);
    let c = tiledColumn(i);
    let score = scores(r, c);
    blocks[base + i] = vec4<f16>(applied(r, c));
    blocks[base + chunkSize * chunkSize / 4u + i] = highOf(score);
    blocks[base + chunkSize * chunkSize / 2u + i] = lowOf(score);
  }
}

// delta_prefill / matrix_inverse: X = (I + diag(beta) A)^-1 in place, A strictly lower triangular in `pairs`.
// Forward substitution on 16 x 16 diagonal blocks, then X10 = -X11 A10 X00 on pairs of blocks, then on pairs of pairs.
// Those products run on matrix units with each f32 as a sum of two f16, 22 bits of it, and give f32.
// Linked with substitution. beta_i lies in the last column of `pairs`.
// Workgroup memory: none of its own; operands pass through `operands`, A10 X00 through `sums`.

const mergeStride: u32 = halfRows / 4u + 2u;
const mergeLength: u32 = halfRows * mergeStride; // of one operand of all pairs, its high or its low part
const leftPart: u32 = 0u;
const rightPart: u32 = 2u * mergeLength;
const outerPart: u32 = 4u * mergeLength;

fn unitLower4(i: u32, j: u32) -> vec4<f32> {
  return vec4<f32>(unitLower(i, j), unitLower(i, j + 1u), unitLower(i, j + 2u), unitLower(i, j + 3u));
}

// Stores four neighbours as the sum of two operands.
fn splitInto(at: u32, a: vec4<f32>) {
  operands[at] = bitcast<vec2<u32>>(highOf(a));
  operands[at + mergeLength] = bitcast<vec2<u32>>(lowOf(a));
}

// Tile (row, column) of a product of operands with `across` tiles on a side.
fn splitProduct(leftBase: u32, rightBase: u32, across: u32) -> Sum {
  var sum = Sum();
  for (var z = 0u; z < across; z++) {
    let leftAt = leftBase + z * tileVectors;
    let rightAt = rightBase + z * tile * mergeStride;
    let leftHigh = subgroupMatrixLoad<Left, row_major>(&operands, leftAt, mergeStride);
    let leftLow = subgroupMatrixLoad<Left, row_major>(&operands, leftAt + mergeLength, mergeStride);
    let rightHigh = subgroupMatrixLoad<Right, row_major>(&operands, rightAt, mergeStride);
    let rightLow = subgroupMatrixLoad<Right, row_major>(&operands, rightAt + mergeLength, mergeStride);
    sum = subgroupMatrixMultiplyAccumulate(leftLow, rightHigh, sum);
    sum = subgroupMatrixMultiplyAccumulate(leftHigh, rightLow, sum);
    sum = subgroupMatrixMultiplyAccumulate(leftHigh, rightHigh, sum);
  }
  return sum;
}

fn invert(thread: u32, subgroup: u32) {
  substitute(thread);

  // Pairs of inverted blocks.
  for (var half = sub; half < chunkSize; half *= 2u) {
    let vectors = half / 4u;
    let across = half / tile;
    for (var i = thread; i < halfRows * vectors; i += threads) {
      let r = i / vectors; // row counted over the lower halves of all pairs
      let c = i % vectors * 4u;
      let corner = r / half * 2u * half;
      let upper = corner + r % half;
      let lower = upper + half;
      let x = lower * pairStride + corner + c;
      let a = vec4<f32>(pairs[x], pairs[x + 1u], pairs[x + 2u], pairs[x + 3u]);
      let at = r * mergeStride + i % vectors;
      splitInto(leftPart + at, pairs[lower * pairStride + chunkSize] * a);
      splitInto(rightPart + at, unitLower4(upper, corner + c));
      splitInto(outerPart + at, -unitLower4(lower, corner + half + c));
    }
    workgroupBarrier(); // A10, X00 and -X11 are complete
    for (var job = subgroup; job < halfRows / tile * across; job += subgroups) {
      let row = job / across;
      let c = job % across * tileVectors;
      let corner = rightPart + row / across * half * mergeStride;
      let product = splitProduct(leftPart + row * tile * mergeStride, corner + c, across);
      subgroupMatrixStore<row_major>(&sums, row * tile * vectors + c, product, vectors);
    }
    workgroupBarrier(); // A10 X00 is complete, and X00 used
    for (var i = thread; i < halfRows * vectors; i += threads) {
      splitInto(rightPart + i / vectors * mergeStride + i % vectors, sums[i]);
    }
    workgroupBarrier(); // A10 X00 is complete as an operand
    for (var job = subgroup; job < halfRows / tile * across; job += subgroups) {
      let row = job / across;
      let c = job % across * tile;
      let pair = row / across;
      let product = splitProduct(
        outerPart + row * tile * mergeStride,
        rightPart + pair * half * mergeStride + c / 4u,
        across,
      );
      let i = (2u * pair + 1u) * half + row % across * tile;
      subgroupMatrixStore<row_major>(&pairs, i * pairStride + pair * 2u * half + c, product, pairStride);
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
