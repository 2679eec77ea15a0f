// mla_decode / cache_two: the pool in two buffers of whole pages.

@group(0) @binding(2) var<storage, read> cache0: array<CacheUnit>; // [bufferPages, pageRows, rowUnits]
@group(0) @binding(7) var<storage, read> cache1: array<CacheUnit>;

fn cached(buffer: u32, unit: u32) -> CacheUnit {
  if (buffer == 0u) {
    return cache0[unit];
  }
  return cache1[unit];
}
