// mla_prefill / layout: what every formulation binds, and which keys a query sees. A unit is 4 neighbouring channels.
// A dispatch takes a window of queries and a range of keys. Rows count from the window's first query, keys from the
// range's first key.

struct Params {
  heads: u32,      // H
  kvHeads: u32,    // G
  headsPerKv: u32, // H / G
  tokens: u32,     // queries of a sequence in the binding
  firstToken: u32, // of the window, in the binding
  rows: u32,       // queries of the window
  keys: u32,       // keys of a sequence in the binding
  firstKey: u32,   // of the range, in the binding
  rangeKeys: u32,  // keys of the range
  before: u32,     // keys that come before the range
  seen: u32,       // keys the window's first query sees, counted from the very first
  isFirst: u32,    // 1: the window's first range
  isLast: u32,     // 1: the window's last range
  scale: f32,      // scale log2(e)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<Fetched>;         // [B, tokens, H, keyUnits]
@group(0) @binding(2) var<storage, read> k: array<Fetched>;         // [B, keys, G, keyUnits]
@group(0) @binding(3) var<storage, read> v: array<Fetched>;         // [B, keys, G, valueUnits]
@group(0) @binding(4) var<storage, read_write> o: array<Unit>;      // [B, tokens, H, valueUnits]
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;     // [B, tokens, H]

// Keys of the range that a query of the window sees.
fn visibleKeys(row: u32) -> u32 {
  return min(max(params.seen + row, params.before) - params.before, params.rangeKeys);
}

// A block of queries of one head.
struct Block {
  head: u32,
  sequence: u32,
  firstRow: u32,
  lastRow: u32,
  keyBase: u32, // row of k and v, in the bindings, of the range's first key
}

// The block of a workgroup (head, block, sequence): the longest blocks come first.
fn blockOf(group: vec3<u32>, blocks: u32, blockRows: u32) -> Block {
  let firstRow = (blocks - 1u - group.y) * blockRows;
  let lastRow = min(firstRow + blockRows, params.rows) - 1u;
  let firstKey = group.z * params.keys + params.firstKey;
  return Block(group.x, group.z, firstRow, lastRow, firstKey * params.kvHeads + group.x / params.headsPerKv);
}

fn queryRow(block: Block, row: u32) -> u32 {
  let token = block.sequence * params.tokens + params.firstToken + row;
  return token * params.heads + block.head;
}

// A key past the range's end repeats the last one.
fn keyRow(block: Block, key: u32) -> u32 {
  return block.keyBase + min(key, params.rangeKeys - 1u) * params.kvHeads;
}
