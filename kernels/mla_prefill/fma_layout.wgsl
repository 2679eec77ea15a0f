// mla_prefill / fma_layout: what the fma pass derives from its tunables, its workgroup memory and where it reads.
// Linked behind fma.wgsl.

const threads: u32 = rowLanes * keyLanes;
const groupsAcross: u32 = keyLanes / lanesAcross;
const lanesDown: u32 = 32u / lanesAcross;
const blockRows: u32 = rowLanes * rowsPerThread;
const tileKeys: u32 = keyLanes * keysPerThread;
const parts: u32 = keysPerThread / 4u; // of a tile's weights, 4 keys of each thread: as many as left takes
const partKeys: u32 = 4u * keyLanes;
const slices: u32 = keyUnits / sliceUnits;
const unitsPerThread: u32 = valueUnits / keyLanes;
const sliceKeys: u32 = keysPerThread * sliceUnits / unitsPerThread; // rows of v staged at a time: as many as right takes
const partSlices: u32 = partKeys / sliceKeys;
const leftLoads: u32 = blockRows * sliceUnits / threads;
const rightLoads: u32 = tileKeys * sliceUnits / threads;
const masked: f32 = -1e30; // score of a key a query does not see
const least: f32 = -1e29;  // maximum over none: exp2(masked - least) is 0

// All indices but a lane are constants in the products: one bounds check serves many reads under naga. Rows are an odd
// number of vec4s long: neighbouring lanes meet no bank twice.
var<workgroup> left: array<array<array<vec4<f32>, keyLanes + 1u>, rowLanes>, rowsPerThread>;
var<workgroup> right: array<array<array<vec4<f32>, sliceUnits + 1u>, keyLanes>, keysPerThread>;

fn addDot(a: vec4<f32>, b: vec4<f32>, sum: f32) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}

// Where unit `at` of a slice of q, k or v begins: [rows, sliceUnits], and [rows, valueUnits] of v. Past the end the last
// row is repeated.
fn queryUnit(block: Block, at: u32) -> u32 {
  return queryRow(block, min(block.firstRow + at / sliceUnits, block.lastRow)) * keyUnits + at % sliceUnits;
}

fn keyUnit(block: Block, at: u32, firstKey: u32) -> u32 {
  return keyRow(block, firstKey + at / sliceUnits) * keyUnits + at % sliceUnits;
}

fn valueUnit(block: Block, at: u32, firstKey: u32) -> u32 {
  return keyRow(block, firstKey + at / valueUnits) * valueUnits + at % valueUnits;
}
