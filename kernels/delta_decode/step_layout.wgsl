// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
const V: u32 = 128u;             // value channels of a head
const tileV: u32 = 64u;          // columns of S per workgroup (fla: BV)
const columnsPerThread: u32 = 4u;
const rowsPerThread: u32 = 8u;   // in fours
const laneColumns: u32 = 16u;    // neighbouring threads along a row; then the next row thread begins
const threadStep: u32 = 2u;      // fours of rows from a thread's first to the next thread's first
const fourStep: u32 = 1u;        // fours of rows from one of a thread to its next
const folded: bool = false;        // whether the grid has a z, where it may overshoot
alias Vec = vec4<f32>;           // columnsPerThread columns
alias StoredVec = vec4<f32>;     // what one load of S brings

const columnThreads: u32 = tileV / columnsPerThread;
const rowThreads: u32 = K / rowsPerThread;
const threads: u32 = columnThreads * rowThreads;
const columnsOfV: u32 = V / columnsPerThread;
const foursOfK: u32 = K / 4u;
const fours: u32 = rowsPerThread / 4u;
const LOG2E: f32 = 1.4426950408889634;

struct Params {
  heads: u32, // sequences x heads
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
