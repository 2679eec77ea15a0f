// kda_prefill / prepare: everything of a chunk that does not need the state. Linked with inverse.
//   kg = exp2(G) k,  qg = scale exp2(G) q,  kl = exp2(Glast - G) k,  decay = exp2(Glast)
//   A[i,j] = beta_i k_i . (exp2(G_i - G_j) k_j),  j <  i        M = (I + A)^-1 diag(beta)
//   P[i,j] = scale q_i . (exp2(G_i - G_j) k_j),   j <= i
// One workgroup per chunk and head walks K in slices. No exponent is positive and no two sums are subtracted:
// gates multiply or add up from one row to the other, so a mask of -1000 costs its neighbours no digit.
// Workgroup memory: three tiles [chunkSize, slice + 4] f32 + A and P packed in [chunkSize, chunkSize + 1] f32.

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
@group(0) @binding(3) var<storage, read> g: array<vec4<f32>>; // [B, T, H, K]
@group(0) @binding(4) var<storage, read> beta: array<f32>; // [B, T, H]
@group(0) @binding(5) var<storage, read_write> rows: array<vec4<Elem>>; // [B, H, chunks, kg qg kl, chunkSize, K]
@group(0) @binding(6) var<storage, read_write> blocks: array<vec4<Elem>>; // [B, H, chunks, M P, chunkSize, chunkSize]
@group(0) @binding(7) var<storage, read_write> decay: array<vec4<f32>>; // [B, H, chunks, K]

const sub: u32 = 16u; // rows of a sub-chunk (fla: BC)
const subs: u32 = chunkSize / sub;
const keyVectors: u32 = keyDim / 4u;
const sliceVectors: u32 = slice / 4u;
const stride: u32 = sliceVectors + 1u; // odd, so that neighbouring rows lie in different banks
const splits: u32 = threads / chunkSize; // threads that share a row of a diagonal block
const pairStride: u32 = chunkSize + 1u;
const pairTiles: u32 = subs * (subs - 1u) / 2u * 16u; // 4 x 4 tiles below the diagonal blocks

var<workgroup> gates: array<vec4<f32>, chunkSize * stride>; // exp2(g), then kg local to the sub-chunk
var<workgroup> queries: array<vec4<f32>, chunkSize * stride>; // scale q, then qg local to the sub-chunk
var<workgroup> keys: array<vec4<f32>, chunkSize * stride>; // k, then k decayed to the end of the sub-chunk
var<workgroup> sums: array<vec4<f32>, subs * sliceVectors>; // base-2 gate of a whole sub-chunk
var<workgroup> before: array<vec4<f32>, subs * sliceVectors>; // decay from the chunk's start to the sub-chunk
var<workgroup> after: array<vec4<f32>, subs * sliceVectors>; // decay from the sub-chunk to the chunk's end
// A[i,j] at [i,j], P[i,j] at [j,i], beta_i at [i, chunkSize]. Zero at the start, as WGSL promises.
var<workgroup> pairs: array<f32, chunkSize * pairStride>;

fn decayOf(exponent: vec4<f32>) -> vec4<f32> {
  return exp2(max(exponent, vec4<f32>(-127.0)));
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let chunk = workgroup.y * chunks + workgroup.x;
  let start = params.first + workgroup.x * chunkSize;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  if (thread < chunkSize) {
    let token = min(start + thread, params.last - 1u);
    let value = beta[(tokenBase + token) * params.heads + head];
    pairs[thread * pairStride + chunkSize] = select(0.0, value, start + thread < params.last);
  }

  let row = thread % chunkSize;
  let share = thread / chunkSize;
  let local = row % sub;
  let base = row - local;
  var diagonalK: array<f32, sub>;
  var diagonalQ: array<f32, sub>;

  for (var first = 0u; first < keyVectors; first += sliceVectors) {
    // Stage k and scale q; rows past T are zero.
    for (var i = thread; i < chunkSize * sliceVectors; i += threads) {
      let r = i / sliceVectors;
      let x = i % sliceVectors;
      let token = min(start + r, params.last - 1u);
      let at = ((tokenBase + token) * params.heads + head) * keyVectors + first + x;
      let valid = start + r < params.last;
      keys[r * stride + x] = select(vec4<f32>(0.0), vec4<f32>(k[at]), valid);
      queries[r * stride + x] = select(vec4<f32>(0.0), vec4<f32>(q[at]) * params.scale, valid);
    }
    // @stage gate and cumsum
    for (var i = thread; i < subs * sliceVectors; i += threads) {
      let s = i / sliceVectors;
      let x = i % sliceVectors;
      var sum = vec4<f32>(0.0);
      for (var r = 0u; r < sub; r++) {
        let t = start + s * sub + r;
        let at = ((tokenBase + min(t, params.last - 1u)) * params.heads + head) * keyVectors + first + x;
        let step = select(vec4<f32>(0.0), max(g[at] * 1.4426950408889634, vec4<f32>(-127.0)), t < params.last);
        sum += step;
        gates[(s * sub + r) * stride + x] = exp2(step);
      }
      sums[i] = sum;
    }
    // @end
    workgroupBarrier(); // staged tiles are read by other threads

    // @stage intra-chunk products
    // Diagonal blocks: thread (row i, share of the slice) walks j down from 15, its gate product starting at j = i.
    for (var x = share; x < sliceVectors; x += splits) {
      let key = keys[row * stride + x];
      let query = queries[row * stride + x];
      var product = vec4<f32>(0.0);
      for (var down = 0u; down < sub; down++) {
        let gate = gates[(base + min(sub - down, sub - 1u)) * stride + x];
        product = select(product * gate, vec4<f32>(1.0), local == sub - 1u - down);
        let weighted = product * keys[(base + sub - 1u - down) * stride + x];
        diagonalK[sub - 1u - down] += dot(key, weighted);
        diagonalQ[sub - 1u - down] += dot(query, weighted);
      }
    }
    // @end
    workgroupBarrier(); // tiles are about to be overwritten

    // @stage gate and cumsum
    for (var i = thread; i < subs * sliceVectors; i += threads) {
      let s = i / sliceVectors;
      let x = i % sliceVectors;
      var held: array<vec4<f32>, sub>;
      var product = vec4<f32>(1.0);
      for (var r = 0u; r < sub; r++) {
        let at = (s * sub + r) * stride + x;
        held[r] = gates[at];
        product *= held[r];
        gates[at] = product * keys[at];
        queries[at] *= product;
      }
      product = vec4<f32>(1.0);
      for (var up = 0u; up < sub; up++) {
        keys[(s * sub + sub - 1u - up) * stride + x] *= product;
        product *= held[sub - 1u - up];
      }
      var earlier = vec4<f32>(0.0);
      var later = vec4<f32>(0.0);
      for (var m = 0u; m < subs; m++) {
        let sum = sums[m * sliceVectors + x];
        earlier += select(vec4<f32>(0.0), sum, m < s);
        later += select(vec4<f32>(0.0), sum, m > s);
      }
      before[i] = decayOf(earlier);
      after[i] = decayOf(later);
      if (s == 0u) {
        decay[chunk * keyVectors + first + x] = decayOf(later + sums[i]);
      }
    }
    // @end
    workgroupBarrier(); // kg, qg and kl of each sub-chunk are complete

    for (var i = thread; i < chunkSize * sliceVectors; i += threads) {
      let r = i / sliceVectors;
      let x = i % sliceVectors;
      let s = r / sub * sliceVectors + x;
      let to = (chunk * 3u * chunkSize + r) * keyVectors + first + x;
      rows[to] = vec4<Elem>(gates[r * stride + x] * before[s]);
      rows[to + chunkSize * keyVectors] = vec4<Elem>(queries[r * stride + x] * before[s]);
      rows[to + 2u * chunkSize * keyVectors] = vec4<Elem>(keys[r * stride + x] * after[s]);
    }
    // @stage intra-chunk products
    // Blocks (a, b < a): both operands are decayed to the border between them, so this is a plain product.
    for (var i = thread; i < pairTiles; i += threads) {
      let pair = i / 16u;
      let a = 1u + select(0u, 1u, pair >= 1u) + select(0u, 1u, pair >= 3u);
      let b = pair - a * (a - 1u) / 2u;
      let ti = a * sub + i % 16u / 4u; // rows ti, ti + 4, ..: neighbouring threads read neighbouring rows
      let tj = b * sub + i % 4u;
      // Deno 2.9.6 (naga) does not zero a bare `var` again in every round of a loop; a value given is assigned.
      var tileK = array<vec4<f32>, 4>();
      var tileQ = array<vec4<f32>, 4>();
      for (var x = 0u; x < sliceVectors; x++) {
        var between = vec4<f32>(0.0);
        for (var m = b + 1u; m < a; m++) {
          between += sums[m * sliceVectors + x];
        }
        let weight = decayOf(between);
        let k0 = weight * keys[tj * stride + x];
        let k1 = weight * keys[(tj + 4u) * stride + x];
        let k2 = weight * keys[(tj + 8u) * stride + x];
        let k3 = weight * keys[(tj + 12u) * stride + x];
        for (var r = 0u; r < 4u; r++) {
          let key = gates[(ti + 4u * r) * stride + x];
          let query = queries[(ti + 4u * r) * stride + x];
          tileK[r] += vec4<f32>(dot(key, k0), dot(key, k1), dot(key, k2), dot(key, k3));
          tileQ[r] += vec4<f32>(dot(query, k0), dot(query, k1), dot(query, k2), dot(query, k3));
        }
      }
      for (var r = 0u; r < 4u; r++) {
        for (var c = 0u; c < 4u; c++) {
          pairs[(ti + 4u * r) * pairStride + tj + 4u * c] += tileK[r][c];
          pairs[(tj + 4u * c) * pairStride + ti + 4u * r] += tileQ[r][c];
        }
      }
    }
    // @end
    workgroupBarrier(); // the next slice overwrites the tiles
  }

  for (var turn = 0u; turn < splits; turn++) {
    if (share == turn) {
      for (var j = 0u; j < sub; j++) {
        if (j < local) {
          pairs[row * pairStride + base + j] += diagonalK[j];
        }
        if (j <= local) {
          pairs[(base + j) * pairStride + row] += diagonalQ[j];
        }
      }
    }
    workgroupBarrier(); // threads that share a row add in turn
  }

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
