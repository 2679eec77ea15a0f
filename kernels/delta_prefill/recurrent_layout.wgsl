// delta_prefill / recurrent_layout: sizes of the recurrent pass, and what a caller sets.

const keyDim: u32 = 128u; // K
const valueDim: u32 = 128u; // V
const stateDim: u32 = 128u; // columns of S: V, or V + K of a map
const tileV: u32 = 32u; // columns of S per workgroup (fla: BV)
const rowsPerThread: u32 = 8u; // rows of S per worker
const batch: u32 = 8u; // tokens staged at a time
const repeats: u32 = 1u; // blocks of a batch one after the other in the text
const team: u32 = 32u; // loaders of a block, one subgroup or less
alias Io = f32; // storage type of q, k, v, o

struct Params {
  tokens: u32, // T
  heads: u32, // H
  first: u32, // first token of this window
  last: u32, // token after the window's last
  scale: f32,
  segment: u32, // tokens of a segment
}

@group(0) @binding(0) var<uniform> params: Params;
