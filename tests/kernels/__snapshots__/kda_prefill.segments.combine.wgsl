// kda_prefill / combine: the state each segment of a window begins with, and the one after the last.
//   S_0 = state,  S_{n+1} = A_n S_n + B_n,  state = S_segments          S, B [K, V], A [K, K]
// One workgroup owns four columns of one head's S, a thread a row of them. A passes through workgroup memory in slices,
// each fetched into registers while the one before it is used.
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
const valueVectors: u32 = valueDim / 4u;
const mapVectors: u32 = (valueDim + keyDim) / 4u;

var<workgroup> S: array<vec4<f32>, keyDim>;
var<workgroup> A: array<array<vec4<f32>, sliceVectors + 1u>, keyDim>; // rows padded by one

// A thread's share of a slice: neighbours read neighbouring columns.
fn fetch(turn: u32, head: u32, heads: u32, thread: u32) -> array<vec4<f32>, sliceVectors> {
  let firstRow = (min(turn / slices, params.segments - 1u) * heads + head) * keyDim;
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
  var next = fetch(0u, head, groups.y, row);
  for (var segment = 0u; segment < params.segments; segment++) {
    let segmentHead = segment * groups.y + head;
    starts[(segmentHead * keyDim + row) * valueVectors + workgroup.x] = mine;
    S[row] = mine;
    mine = maps[(segmentHead * keyDim + row) * mapVectors + workgroup.x];
    for (var turn = 0u; turn < slices; turn++) {
      for (var i = 0u; i < sliceVectors; i++) {
        A[(row + i * keyDim) / sliceVectors][row % sliceVectors] = next[i];
      }
      workgroupBarrier(); // S and the slice are complete
      next = fetch(segment * slices + turn + 1u, head, groups.y, row);
      for (var x = 0u; x < sliceVectors; x++) {
        let a = A[row][x];
        for (var e = 0u; e < 4u; e++) {
          mine = fma(vec4<f32>(a[e]), S[turn * slice + 4u * x + e], mine);
        }
      }
      workgroupBarrier(); // S and the slice are about to be overwritten
    }
  }
  state[at] = mine;
}
