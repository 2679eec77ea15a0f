// gqa_decode / pools_two: the pages of keys in two buffers, and those of values likewise.

@group(0) @binding(2) var<storage, read> keys0: array<CacheUnit>;   // [bufferPages, pageRows, G, K / 8]
@group(0) @binding(7) var<storage, read> values0: array<CacheUnit>; // [bufferPages, pageRows, G, V / 8]
@group(0) @binding(8) var<storage, read> keys1: array<CacheUnit>;
@group(0) @binding(9) var<storage, read> values1: array<CacheUnit>;

fn bufferOf(page: u32) -> u32 {
  return select(0u, 1u, page >= params.bufferPages);
}

fn keyAt(buffer: u32, unit: u32) -> CacheUnit {
  if (buffer == 0u) {
    return keys0[unit];
  }
  return keys1[unit];
}

fn valueAt(buffer: u32, unit: u32) -> CacheUnit {
  if (buffer == 0u) {
    return values0[unit];
  }
  return values1[unit];
}
