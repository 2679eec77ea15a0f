// gdn_prefill / matrix_prepare: what prepare computes, its products on matrix units.
// Linked with decays, matrix_halves, matrix_layout and matrix_inverse.
//   kg = exp2(G) k,  qg = scale exp2(G) q,  kl = exp2(Glast - G) k,  decay = exp2(Glast)
//   A[i,j] = beta_i exp2(G_i - G_j) k_i . k_j,  j <  i          M = (I + A)^-1 diag(beta)
//   P[i,j] = scale exp2(G_i - G_j) q_i . k_j,   j <= i
// One workgroup per chunk and head. k and q are the operands as they are, half of K at a time; sums stay in registers
// until all of K is in them, and are decayed as numbers.
// kl and P, which multiply Vn, are stored as sums of two f16 (README of kda_prefill, Numbers).
// Workgroup memory: f16 operands of half of K or of inverse + A and P packed in [chunkSize, chunkSize + 4] f32 + tiles.

const chunkSize: u32 = 64u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const rowWidth: u32 = 512u; // elements of `rows` a token has
const rowsPerThread: u32 = 4u;
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
const operandLength: u32 = 2304u; // half of K of k and q, or six operands of inverse, the longer
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
  // @unroll
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
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let early = before[firstRow + r];
    rows[to + r * tileVectors] = vec4<f16>(early * key[r]);
    rows[to + r * tileVectors + chunkSize * keyVectors] = vec4<f16>(lift * params.scale * early * query[r]);
    late[r] = lift * after[firstRow + r] * key[r];
  }
  if (group == rowGroups - 1u) {
    decay[chunk * keyVectors + x] = vec4<f32>(before[chunkSize - 1u]);
  }
  // @unroll
  for (var r = 0u; r < rowsPerThread; r += 4u) {
    // @unroll
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
  // @unroll
  for (var n = 0u; n < rounds; n++) {
    product[n] = Sum();
  }
  for (var s = 0u; s < slices; s++) {
    if (x / sliceVectors == s) {
      // @unroll
      for (var r = 0u; r < rowsPerThread; r++) {
        let at = (firstRow + r) * stride + x % sliceVectors;
        operands[at] = bits(key[r]);
        operands[queriesAt + at] = bits(query[r]);
      }
    }
    workgroupBarrier(); // the slice is complete
    // @unroll
    for (var n = 0u; n < rounds; n++) {
      let job = subgroup + n * subgroups;
      if (job < 2u * products) {
        let i = triangleRow(job % products);
        let j = job % products - i * (i + 1u) / 2u;
        let leftAt = select(0u, queriesAt, job >= products) + i * tile * stride;
        let rightAt = j * tile * stride;
        // @unroll
        for (var z = 0u; z < sliceTiles; z++) {
          let left = subgroupMatrixLoad<Left, row_major>(&operands, leftAt + z * tileVectors, stride);
          let right = subgroupMatrixLoad<Right, col_major>(&operands, rightAt + z * tileVectors, stride);
          product[n] = subgroupMatrixMultiplyAccumulate(left, right, product[n]);
        }
      }
    }
    workgroupBarrier(); // operands are about to be overwritten
  }
  // @unroll
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
