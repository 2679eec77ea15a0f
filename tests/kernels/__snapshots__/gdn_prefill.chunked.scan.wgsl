// delta_prefill / scan: carry S across the chunks of a window, oldest first.
//   Vn = M (V - kg S),  O = qg S + P Vn,  S' = diag(decay) S + kl^T Vn          S [K, V]
// One workgroup owns tileV columns of one head's S and walks its chunks in order. Operands pass through one pool in
// turn, each fetched into registers while the one before it is used.
// Workgroup memory: S [K, tileV] + values [chunkSize, tileV] + the pool, all f32.

const chunkSize: u32 = 32u; // tokens per chunk (fla: BT)
const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const tileV: u32 = 16u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 4u; // rows of [kg; qg] S per thread, four columns wide
const kSplit: u32 = 1u; // threads that share one sum over K
const slice: u32 = 16u; // channels of kg, qg in the pool at a time (fla: BK)
const updateRows: u32 = 8u; // tokens of kl in the pool at a time
const poolLength: u32 = 320u; // vec4s, enough for the largest operand
alias Elem = f32; // storage type of kg, qg, kl, M, P
alias Io = f32; // storage type of v, o

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4<Elem>>; // [B, H, chunks, kg qg kl, chunkSize, K]
@group(0) @binding(2) var<storage, read> blocks: array<vec4<Elem>>; // [B, H, chunks, M P, chunkSize, chunkSize]
@group(0) @binding(3) var<storage, read> decay: array<vec4<f32>>; // [B, H, chunks, K]
@group(0) @binding(4) var<storage, read> v: array<vec4<Io>>; // [B, T, H, V]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>; // [B, H, K, V]
@group(0) @binding(6) var<storage, read_write> o: array<vec4<Io>>; // [B, T, H, V]

const columns: u32 = tileV / 4u;
const valueVectors: u32 = valueDim / 4u;
const keyVectors: u32 = keyDim / 4u;
const sliceVectors: u32 = slice / 4u;
const stride: u32 = sliceVectors + 1u; // odd, so that neighbouring rows lie in different banks
const splitVectors: u32 = sliceVectors / kSplit;
const rowGroups: u32 = 2u * chunkSize / rowsPerThread;
const threads: u32 = rowGroups * columns * kSplit;
const outRows: u32 = rowsPerThread / (2u * kSplit); // rows of Vn and O per thread
const rowStep: u32 = threads / columns;
const blockVectors: u32 = chunkSize / 4u;
const blockStride: u32 = blockVectors + 1u;
const sliceLoads: u32 = (2u * chunkSize * sliceVectors + threads - 1u) / threads;
const blockLoads: u32 = (chunkSize * blockVectors + threads - 1u) / threads;
const updateLoads: u32 = (updateRows * keyVectors + threads - 1u) / threads;
const keyGroups: u32 = (keyVectors + rowStep - 1u) / rowStep; // groups of four rows of S per thread in the update

var<workgroup> S: array<vec4<f32>, keyDim * columns>;
var<workgroup> values: array<vec4<f32>, chunkSize * columns>; // V - kg S, then Vn
var<workgroup> pool: array<vec4<f32>, poolLength>;

// One row of four sums more: sum + a [4] times the rows b0..b3 [4, 4].
fn addRow(
  sum: vec4<f32>,
  a: vec4<f32>,
  b0: vec4<f32>,
  b1: vec4<f32>,
  b2: vec4<f32>,
  b3: vec4<f32>,
) -> vec4<f32> {
  return fma(a.wwww, b3, fma(a.zzzz, b2, fma(a.yyyy, b1, fma(a.xxxx, b0, sum))));
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let chunks = (params.last - params.first + chunkSize - 1u) / chunkSize;
  let firstColumn = workgroup.x * columns;
  let tokenBase = workgroup.y / params.heads * params.tokens;
  let head = workgroup.y % params.heads;
  let column = thread % columns;
  let rowGroup = thread / columns % rowGroups;
  let split = thread / (columns * rowGroups);
  let outRow = thread / columns;

  for (var i = thread; i < keyDim * columns; i += threads) {
    S[i] = state[(workgroup.y * keyDim + i / columns) * valueVectors + firstColumn + i % columns];
  }
  var nextSlice: array<vec4<f32>, sliceLoads>;
  var nextBlock: array<vec4<f32>, blockLoads>;
  var nextUpdate: array<vec4<f32>, updateLoads>;
  for (var z = 0u; z < sliceLoads; z++) {
    let i = min(thread + z * threads, 2u * chunkSize * sliceVectors - 1u);
    let r = workgroup.y * chunks * 3u * chunkSize + i / sliceVectors;
    nextSlice[z] = vec4<f32>(rows[r * keyVectors + i % sliceVectors]);
  }

  for (var c = 0u; c < chunks; c++) {
    let chunk = workgroup.y * chunks + c;
    let rowBase = chunk * 3u * chunkSize;
    let start = params.first + c * chunkSize;
    var value: array<vec4<f32>, outRows>;
    for (var z = 0u; z < outRows; z++) {
      let t = start + outRow + z * rowStep;
      let at = (tokenBase + min(t, params.last - 1u)) * params.heads + head;
      let loaded = vec4<f32>(v[at * valueVectors + firstColumn + column]);
      value[z] = select(vec4<f32>(0.0), loaded, t < params.last);
    }

    // [kg; qg] S
    var product: array<vec4<f32>, rowsPerThread>;
    for (var i = 0u; i < rowsPerThread; i++) {
      product[i] = vec4<f32>(0.0);
    }
    for (var first = 0u; first < keyVectors; first += sliceVectors) {
      for (var z = 0u; z < sliceLoads; z++) {
        let i = thread + z * threads;
        if (i < 2u * chunkSize * sliceVectors) {
          pool[i / sliceVectors * stride + i % sliceVectors] = nextSlice[z];
        }
      }
      workgroupBarrier(); // the slice is complete, and so is S of the chunk before
      if (first + sliceVectors < keyVectors) {
        for (var z = 0u; z < sliceLoads; z++) {
          let i = min(thread + z * threads, 2u * chunkSize * sliceVectors - 1u);
          let x = first + sliceVectors + i % sliceVectors;
          nextSlice[z] = vec4<f32>(rows[(rowBase + i / sliceVectors) * keyVectors + x]);
        }
      } else {
        for (var z = 0u; z < blockLoads; z++) {
          let i = min(thread + z * threads, chunkSize * blockVectors - 1u);
          nextBlock[z] = vec4<f32>(blocks[chunk * 2u * chunkSize * blockVectors + i]);
        }
      }
      // @stage products with the state
      for (var x = 0u; x < splitVectors; x++) {
        let inSlice = split * splitVectors + x;
        let at = (first + inSlice) * 4u * columns + column;
        let s0 = S[at];
        let s1 = S[at + columns];
        let s2 = S[at + 2u * columns];
        let s3 = S[at + 3u * columns];
        for (var i = 0u; i < rowsPerThread; i++) {
          let a = pool[(rowGroup + i * rowGroups) * stride + inSlice];
          product[i] = addRow(product[i], a, s0, s1, s2, s3);
        }
      }
      // @end
      workgroupBarrier(); // the pool is about to be overwritten
    }

    // Rows of kg S come first, rows of qg S second, so that one thread ends up with both of its rows.
    var out: array<vec4<f32>, outRows>;
    if (kSplit > 1u) {
      for (var i = 0u; i < rowsPerThread; i++) {
        pool[(split * 2u * chunkSize + rowGroup + i * rowGroups) * columns + column] = product[i];
      }
      workgroupBarrier(); // partial sums are read by other threads
      for (var z = 0u; z < outRows; z++) {
        let at = (outRow + z * rowStep) * columns + column;
        var erased = vec4<f32>(0.0);
        var kept = vec4<f32>(0.0);
        for (var p = 0u; p < kSplit; p++) {
          erased += pool[p * 2u * chunkSize * columns + at];
          kept += pool[(p * 2u + 1u) * chunkSize * columns + at];
        }
        values[at] = value[z] - erased;
        out[z] = kept;
      }
      workgroupBarrier(); // the pool is about to be overwritten
    } else {
      for (var z = 0u; z < outRows; z++) {
        values[(outRow + z * rowStep) * columns + column] = value[z] - product[z];
        out[z] = product[z + rowsPerThread / 2u];
      }
    }

    // Vn = M (V - kg S)
    for (var z = 0u; z < blockLoads; z++) {
      let i = thread + z * threads;
      if (i < chunkSize * blockVectors) {
        pool[i / blockVectors * blockStride + i % blockVectors] = nextBlock[z];
      }
    }
    workgroupBarrier(); // M and V - kg S are complete
    for (var z = 0u; z < blockLoads; z++) {
      let i = min(thread + z * threads, chunkSize * blockVectors - 1u);
      nextBlock[z] = vec4<f32>(blocks[(chunk * 2u + 1u) * chunkSize * blockVectors + i]);
    }
    var fresh: array<vec4<f32>, outRows>;
    for (var z = 0u; z < outRows; z++) {
      fresh[z] = vec4<f32>(0.0);
    }
    // @stage new values
    for (var j = 0u; j < blockVectors; j++) {
      let at = j * 4u * columns + column;
      let r0 = values[at];
      let r1 = values[at + columns];
      let r2 = values[at + 2u * columns];
      let r3 = values[at + 3u * columns];
      for (var z = 0u; z < outRows; z++) {
        if (j * 4u < (z + 1u) * rowStep) { // columns past the diagonal are zero
          let m = pool[(outRow + z * rowStep) * blockStride + j];
          fresh[z] = addRow(fresh[z], m, r0, r1, r2, r3);
        }
      }
    }
    // @end
    workgroupBarrier(); // M and V - kg S are about to be overwritten
    for (var z = 0u; z < outRows; z++) {
      values[(outRow + z * rowStep) * columns + column] = fresh[z];
    }
    for (var z = 0u; z < blockLoads; z++) {
      let i = thread + z * threads;
      if (i < chunkSize * blockVectors) {
        pool[i / blockVectors * blockStride + i % blockVectors] = nextBlock[z];
      }
    }
    workgroupBarrier(); // P and Vn are complete
    for (var z = 0u; z < updateLoads; z++) {
      let i = min(thread + z * threads, updateRows * keyVectors - 1u);
      nextUpdate[z] = vec4<f32>(rows[(rowBase + 2u * chunkSize) * keyVectors + i]);
    }

    // @stage outputs
    // O = qg S + P Vn
    for (var j = 0u; j < blockVectors; j++) {
      let at = j * 4u * columns + column;
      let r0 = values[at];
      let r1 = values[at + columns];
      let r2 = values[at + 2u * columns];
      let r3 = values[at + 3u * columns];
      for (var z = 0u; z < outRows; z++) {
        if (j * 4u < (z + 1u) * rowStep) {
          let p = pool[(outRow + z * rowStep) * blockStride + j];
          out[z] = addRow(out[z], p, r0, r1, r2, r3);
        }
      }
    }
    for (var z = 0u; z < outRows; z++) {
      let t = start + outRow + z * rowStep;
      if (t < params.last) {
        o[((tokenBase + t) * params.heads + head) * valueVectors + firstColumn + column] = vec4<Io>(out[z]);
      }
    }
    // @end
    workgroupBarrier(); // P is about to be overwritten

    // S' = diag(decay) S + kl^T Vn, four rows of S at a time.
    var carried: array<vec4<f32>, 4u * keyGroups>;
    for (var u = 0u; u < keyGroups; u++) {
      let group = min(outRow + u * rowStep, keyVectors - 1u);
      let fade = decay[chunk * keyVectors + group];
      for (var e = 0u; e < 4u; e++) {
        carried[4u * u + e] = fade[e] * S[(group * 4u + e) * columns + column];
      }
    }
    for (var token = 0u; token < chunkSize; token += updateRows) {
      for (var z = 0u; z < updateLoads; z++) {
        let i = thread + z * threads;
        if (i < updateRows * keyVectors) {
          pool[i] = nextUpdate[z];
        }
      }
      workgroupBarrier(); // these rows of kl are complete
      if (token + updateRows < chunkSize) {
        for (var z = 0u; z < updateLoads; z++) {
          let i = min(thread + z * threads, updateRows * keyVectors - 1u);
          let r = rowBase + 2u * chunkSize + token + updateRows;
          nextUpdate[z] = vec4<f32>(rows[r * keyVectors + i]);
        }
      } else {
        for (var z = 0u; z < sliceLoads; z++) {
          let i = min(thread + z * threads, 2u * chunkSize * sliceVectors - 1u);
          let following = (workgroup.y * chunks + min(c + 1u, chunks - 1u)) * 3u * chunkSize;
          nextSlice[z] = vec4<f32>(rows[(following + i / sliceVectors) * keyVectors + i % sliceVectors]);
        }
      }
      // @stage state update
      for (var four = 0u; four < updateRows; four += 4u) {
        for (var e = 0u; e < 4u; e++) {
          let added = values[(token + four + e) * columns + column];
          for (var u = 0u; u < keyGroups; u++) {
            let a = pool[(four + e) * keyVectors + min(outRow + u * rowStep, keyVectors - 1u)];
            carried[4u * u] = fma(a.xxxx, added, carried[4u * u]);
            carried[4u * u + 1u] = fma(a.yyyy, added, carried[4u * u + 1u]);
            carried[4u * u + 2u] = fma(a.zzzz, added, carried[4u * u + 2u]);
            carried[4u * u + 3u] = fma(a.wwww, added, carried[4u * u + 3u]);
          }
        }
      }
      // @end
      workgroupBarrier(); // the pool is about to be overwritten
    }
    for (var u = 0u; u < keyGroups; u++) {
      if (outRow + u * rowStep < keyVectors) {
        for (var e = 0u; e < 4u; e++) {
          S[((outRow + u * rowStep) * 4u + e) * columns + column] = carried[4u * u + e];
        }
      }
    }
  }
  workgroupBarrier(); // S of the last chunk is complete
  for (var i = thread; i < keyDim * columns; i += threads) {
    state[(workgroup.y * keyDim + i / columns) * valueVectors + firstColumn + i % columns] = S[i];
  }
}
