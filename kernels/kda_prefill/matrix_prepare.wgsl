// kda_prefill / matrix_prepare: what prepare computes, its products on matrix units.
// Linked with matrix_halves, matrix_layout and matrix_inverse.
//   kg = exp2(G) k,  qg = scale exp2(G) q,  kl = exp2(Glast - G) k,  decay = exp2(Glast)
//   A[i,j] = beta_i k_i . (exp2(G_i - G_j) k_j),  j <  i        M = (I + A)^-1 diag(beta)
//   P[i,j] = scale q_i . (exp2(G_i - G_j) k_j),   j <= i
// One workgroup per chunk and head. Level l pairs the rows of every second half of 2^(l+1) rows with those of the first:
// decayed to the border between the halves, both are f16 operands of plain products, whatever the gates. A pair i > j
// belongs to the level of the highest bit in which i and j differ. Decays are products of gates, never exp2 of a
// difference of sums.
// kl and P, which multiply Vn, are stored as sums of two f16 (README, Numbers).
// Workgroup memory: f16 operands of a level or of inverse + A and P packed in [chunkSize, chunkSize + 4] f32 + tiles.

const chunkSize: u32 = 64u; // tokens per chunk (fla: BT)
const levels: u32 = 6u; // log2(chunkSize)
const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const rowWidth: u32 = 512u; // elements of `rows` a token has
const rowsPerThread: u32 = 4u;
const tile: u32 = 16u; // rows, columns and depth of one product of the matrix unit
const subgroupSize: u32 = 32u;
const operandLength: u32 = 3264u; // three operands of a level or six of inverse, the longer
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
@group(0) @binding(3) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
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
const halfRows: u32 = chunkSize / 2u; // rows in the halves of a level
const stride: u32 = keyVectors + 2u; // neighbouring rows begin 4 banks apart
const keyTiles: u32 = keyDim / tile;
const chunkTiles: u32 = chunkSize / tile;
const tileVectors: u32 = tile / 4u;
const smallTiles: u32 = halfRows / tile; // tiles of a level whose halves are smaller than a tile
const pairStride: u32 = chunkSize + 4u;

// Bits of vec4<f16>: [second halves of k, first halves of k, second halves of q] [halfRows, K]. Totals before that.
var<workgroup> operands: array<vec2<u32>, operandLength>;
// A[i,j] at [i,j], P[i,j] at [j,i], beta_i at [i, chunkSize]. Products q_i k_i by channel before that.
var<workgroup> pairs: array<f32, chunkSize * pairStride>;
var<workgroup> sums: array<vec4<f32>, chunkSize * 4u>; // tiles of A and P of a small level, then products of inverse

fn bits(a: vec4<f32>) -> vec2<u32> {
  return bitcast<vec2<u32>>(vec4<f16>(a));
}

// Row among all rows in first halves of level l, counted over the chunk, as a row of the chunk.
fn spread(row: u32, l: u32) -> u32 {
  return ((row >> l) << (l + 1u)) | (row & ((1u << l) - 1u));
}

// The other way round, for a row in either half.
fn gathered(row: u32, l: u32) -> u32 {
  return ((row >> (l + 1u)) << l) | (row & ((1u << l) - 1u));
}

// Copies the pairs of a level smaller than a tile out of its tiles.
fn mergeTiles(thread: u32, l: u32) {
  let half = 1u << l;
  for (var i = thread; i < halfRows * half; i += threads) {
    let row = i >> l;
    let column = ((row >> l) << l) | (i & (half - 1u));
    let x = row / tile * tile * tile + row % tile * tile + column % tile;
    let at = spread(row, l) + half;
    let other = spread(column, l);
    pairs[at * pairStride + other] = sums[x / 4u][x % 4u];
    pairs[other * pairStride + at] = sums[smallTiles * tile * tileVectors + x / 4u][x % 4u];
  }
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

  // Rows past the last token are zero and their gates one.
  var gate: array<vec4<f32>, rowsPerThread>;
  var key: array<vec4<f32>, rowsPerThread>;
  var query: array<vec4<f32>, rowsPerThread>;
  var total = vec4<f32>(1.0);
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let t = start + firstRow + r;
    let at = ((tokenBase + min(t, params.last - 1u)) * params.heads + head) * keyVectors + x;
    let valid = t < params.last;
    let step = max(g[at] * 1.4426950408889634, vec4<f32>(-127.0));
    gate[r] = select(vec4<f32>(1.0), exp2(step), valid);
    key[r] = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
    query[r] = select(vec4<f32>(0.0), vec4<f32>(q[at]) * (lift * params.scale), valid);
    total *= gate[r];
    pairs[(firstRow + r) * keyVectors + x] = dot(key[r], query[r]);
  }
  let own = (group * keyVectors + x) * 2u;
  operands[own] = bitcast<vec2<u32>>(total.xy);
  operands[own + 1u] = bitcast<vec2<u32>>(total.zw);
  workgroupBarrier(); // totals and products are read by other threads

  // Decay of the other half's rows, for levels whose halves span threads.
  var sibling: array<vec4<f32>, levels>;
  // @unroll
  for (var l = 0u; l < levels; l++) {
    let spanned = (1u << l) / rowsPerThread;
    sibling[l] = vec4<f32>(1.0);
    for (var z = 0u; z < spanned; z++) {
      let source = (((group / spanned) ^ 1u) * spanned + z) * keyVectors + x;
      sibling[l] *= vec4<f32>(
        bitcast<vec2<f32>>(operands[source * 2u]),
        bitcast<vec2<f32>>(operands[source * 2u + 1u]),
      );
    }
  }
  var diagonal = 0.0;
  var strength = 0.0;
  if (thread < chunkSize) {
    for (var z = 0u; z < keyVectors; z++) {
      diagonal += pairs[thread * keyVectors + (z + thread) % keyVectors];
    }
    let token = min(start + thread, params.last - 1u);
    let loaded = beta[(tokenBase + token) * params.heads + head];
    strength = select(0.0, loaded, start + thread < params.last);
  }
  workgroupBarrier(); // operands and pairs are about to be overwritten
  if (thread < chunkSize) {
    pairs[thread * pairStride + thread] = diagonal;
    pairs[thread * pairStride + chunkSize] = strength;
  }

  var before = vec4<f32>(1.0); // decay from the start of the half to the thread's first row
  var after = vec4<f32>(1.0); // decay from the thread's last row to the end of the half
  // @unroll
  for (var l = 0u; l < levels; l++) {
    let half = 1u << l;
    let block = min(half, rowsPerThread);
    let second = (firstRow & half) != 0u; // of halves that span threads
    let base = gathered(firstRow, l) * stride + x;
    // @stage decayed operands
    // Second halves, down from the border.
    if (half < rowsPerThread || second) {
      var product = before;
      // @unroll
      for (var r = 0u; r < rowsPerThread; r++) {
        product = gate[r] * select(product, before, r % block == 0u);
        if (half >= rowsPerThread || (r & half) != 0u) {
          let at = base + gathered(r, l) * stride;
          operands[at] = bits(product * key[r]);
          operands[2u * halfRows * stride + at] = bits(product * query[r]);
        }
      }
    }
    // First halves, up from the border.
    if (half < rowsPerThread || !second) {
      var product = after;
      // @unroll
      for (var up = 0u; up < rowsPerThread; up++) {
        let r = rowsPerThread - 1u - up;
        product = select(product, after, r % block == block - 1u);
        if (half >= rowsPerThread || (r & half) == 0u) {
          operands[halfRows * stride + base + gathered(r, l) * stride] = bits(product * key[r]);
        }
        product *= gate[r];
      }
    }
    // @end
    before *= select(vec4<f32>(1.0), sibling[l], second);
    after *= select(sibling[l], vec4<f32>(1.0), second);
    // @stage merged tiles
    if (l > 0u && half <= tile) {
      mergeTiles(thread, l - 1u);
    }
    // @end
    workgroupBarrier(); // the level's operands are complete, and its tiles free

    // @stage intra-chunk products
    let across = max(half / tile, 1u); // tiles on a side of a half
    let products = across * smallTiles;
    for (var job = subgroup; job < 2u * products; job += subgroups) {
      let t = job % products;
      let isQuery = job >= products;
      let rowTile = t / across;
      let columnTile = t / (across * across) * across + t % across;
      let rowBase = (select(0u, 2u * halfRows, isQuery) + rowTile * tile) * stride;
      let columnBase = (halfRows + columnTile * tile) * stride;
      var sum = Sum();
      // @unroll
      for (var z = 0u; z < keyTiles; z++) {
        let left = subgroupMatrixLoad<Left, row_major>(&operands, rowBase + z * tileVectors, stride);
        let right = subgroupMatrixLoad<Right, col_major>(&operands, columnBase + z * tileVectors, stride);
        sum = subgroupMatrixMultiplyAccumulate(left, right, sum);
      }
      if (half < tile) {
        subgroupMatrixStore<row_major>(&sums, job * tile * tileVectors, sum, tileVectors);
      } else {
        let i = spread(rowTile * tile, l) + half;
        let j = spread(columnTile * tile, l);
        if (isQuery) {
          subgroupMatrixStore<col_major>(&pairs, j * pairStride + i, sum, pairStride);
        } else {
          subgroupMatrixStore<row_major>(&pairs, i * pairStride + j, sum, pairStride);
        }
      }
    }
    // @end
    workgroupBarrier(); // operands are about to be overwritten; pairs are read by other threads
  }

  // @stage decayed rows
  let to = chunk * chunkSize * rowWidth / 4u + tiled(firstRow, x, keyTiles);
  var product = before;
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    product *= gate[r];
    rows[to + r * tileVectors] = vec4<f16>(product * key[r]);
    rows[to + r * tileVectors + chunkSize * keyVectors] = vec4<f16>(product * query[r]);
  }
  if (group == rowGroups - 1u) {
    decay[chunk * keyVectors + x] = product;
  }
  product = after;
  var late: array<vec4<f32>, rowsPerThread>;
  // @unroll
  for (var up = 0u; up < rowsPerThread; up++) {
    let r = rowsPerThread - 1u - up;
    late[r] = lift * product * key[r];
    product *= gate[r];
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

  // @stage inverse
  invert(thread, subgroup);
  // @end

  storeBlocks(chunk, thread);
}
