// delta_prefill / combine: the state each segment of a window begins with, and the one after the last.
//   S_0 = state,  S_{n+1} = A_n S_n + B_n,  state = S_segments          S, B [K, V], A [K, K]
// One workgroup owns four columns of one head's S, a thread a row of them. A passes through workgroup memory in slices,
// each fetched into registers four slices before it is used: one ahead is not enough to wait out the memory.
// Workgroup memory: S [K, 4] + a slice of A [K, slice + 4], f32.

const keyDim: u32 = 128u; // K, one thread each
const valueDim: u32 = 128u; // V

struct Params {
  segments: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> maps: array<vec4<f32>>; // [segments, B, H, K, V + K]: B, A
@group(0) @binding(2) var<storage, read_write> starts: array<vec4<f32>>; // [segments, B, H, K, V]
@group(0) @binding(3) var<storage, read_write> state: array<vec4<f32>>; // [B, H, K, V]

const slice: u32 = 16u; // columns of A staged at a time
const sliceVectors: u32 = slice / 4u;
const slices: u32 = keyDim / slice;
const ahead: u32 = 4u; // slices in registers
const valueVectors: u32 = valueDim / 4u;
const mapVectors: u32 = (valueDim + keyDim) / 4u;

var<workgroup> S: array<vec4<f32>, keyDim>;
var<workgroup> A: array<array<vec4<f32>, sliceVectors + 1u>, keyDim>; // rows padded by one

// The first row of a head's map of a segment; one past the last is read as the last.
fn mapOf(segment: u32, head: u32, heads: u32) -> u32 {
  return (min(segment, params.segments - 1u) * heads + head) * keyDim;
}

// A thread's share of the turn-th slice of all: neighbours read neighbouring columns.
fn fetch(turn: u32, head: u32, heads: u32, thread: u32) -> array<vec4<f32>, sliceVectors> {
  let firstRow = mapOf(turn / slices, head, heads);
  var fetched: array<vec4<f32>, sliceVectors>;
  for (var i = 0u; i < sliceVectors; i++) {
    let row = firstRow + (thread + i * keyDim) / sliceVectors;
    fetched[i] = maps[row * mapVectors + valueVectors + turn % slices * sliceVectors + thread % sliceVectors];
  }
  return fetched;
}

@compute @workgroup_size(keyDim)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) row: u32,
) {
  let head = workgroup.y;
  let at = (head * keyDim + row) * valueVectors + workgroup.x;
  var mine = state[at];
  var added = maps[(mapOf(0u, head, groups.y) + row) * mapVectors + workgroup.x]; // B
  var next: array<array<vec4<f32>, sliceVectors>, ahead>;
  for (var n = 0u; n < ahead; n++) {
    next[n] = fetch(n, head, groups.y, row);
  }
  for (var segment = 0u; segment < params.segments; segment++) {
    starts[(mapOf(segment, head, groups.y) + row) * valueVectors + workgroup.x] = mine;
    S[row] = mine;
    mine = added;
    added = maps[(mapOf(segment + 1u, head, groups.y) + row) * mapVectors + workgroup.x];
    for (var first = 0u; first < slices; first += ahead) {
      for (var n = 0u; n < ahead; n++) {
        for (var i = 0u; i < sliceVectors; i++) {
          A[(row + i * keyDim) / sliceVectors][row % sliceVectors] = next[n][i];
        }
        next[n] = fetch(segment * slices + first + n + ahead, head, groups.y, row);
        workgroupBarrier(); // S and the slice are complete
        for (var x = 0u; x < sliceVectors; x++) {
          let a = A[row][x];
          for (var e = 0u; e < 4u; e++) {
            mine = fma(vec4<f32>(a[e]), S[(first + n) * slice + 4u * x + e], mine);
          }
        }
        workgroupBarrier(); // S and the slice are about to be overwritten
      }
    }
  }
  state[at] = mine;
}
