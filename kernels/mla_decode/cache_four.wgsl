// mla_decode / cache_four: the pool in up to four buffers of whole pages; the last stands in for those there are not.

@group(0) @binding(2) var<storage, read> cache0: array<CacheUnit>; // [bufferPages, pageRows, rowUnits]
@group(0) @binding(7) var<storage, read> cache1: array<CacheUnit>;
@group(0) @binding(8) var<storage, read> cache2: array<CacheUnit>;
@group(0) @binding(9) var<storage, read> cache3: array<CacheUnit>;

fn cached(buffer: u32, unit: u32) -> CacheUnit {
  switch buffer {
    case 0u: {
      return cache0[unit];
    }
    case 1u: {
      return cache1[unit];
    }
    case 2u: {
      return cache2[unit];
    }
    default: {
      return cache3[unit];
    }
  }
}
