// gqa_decode / pools_one: all pages of keys in one buffer, and all of values.

@group(0) @binding(2) var<storage, read> keys0: array<CacheUnit>;   // [P, pageRows, G, K / 8]
@group(0) @binding(7) var<storage, read> values0: array<CacheUnit>; // [P, pageRows, G, V / 8]

fn bufferOf(page: u32) -> u32 {
  return 0u;
}

fn keyAt(buffer: u32, unit: u32) -> CacheUnit {
  return keys0[unit];
}

fn valueAt(buffer: u32, unit: u32) -> CacheUnit {
  return values0[unit];
}
