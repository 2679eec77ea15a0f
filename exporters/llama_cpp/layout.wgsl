// llama.cpp / layout: sizes of the step.

const headSize: u32 = 128u; // channels of a head: rows of the state, and columns
const perChannel: bool = false; // whether every channel has a gate of its own, as in Kimi Delta Attention, or every head

const columnThreads: u32 = tileV / columnsPerThread;
const rowThreads: u32 = headSize / rowsPerThread;
const threads: u32 = columnThreads * rowThreads;
const laneColumns: u32 = 1u; // neighbouring threads hold rows of the same column
const fours: u32 = rowsPerThread / 4u;
const foursOfHead: u32 = headSize / 4u;
const tiles: u32 = headSize / tileV;
const LOG2E: f32 = 1.4426950408889634;

const_assert headSize % 4u == 0u;
const_assert headSize % tileV == 0u;
const_assert threads >= foursOfHead; // the first of them stage a token
