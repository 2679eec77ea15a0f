// llama.cpp / tunables: how the step is laid out.

const tileV: u32 = 16u; // columns of the state a workgroup holds in registers
const rowsPerThread: u32 = 8u; // in fours, every rowThreads-th
const columnsPerThread: u32 = 4u;
alias Vec = vec4<f32>; // columnsPerThread columns
