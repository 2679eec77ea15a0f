// mla_decode / cache_one: the whole pool in one buffer.

@group(0) @binding(2) var<storage, read> cache: array<CacheUnit>; // [P, pageRows, rowUnits]

fn cached(buffer: u32, unit: u32) -> CacheUnit {
  return cache[unit];
}
