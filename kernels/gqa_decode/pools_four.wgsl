// gqa_decode / pools_four: the pages of keys in up to four buffers, and those of values likewise; the last stands in for
// those there are not.

@group(0) @binding(2) var<storage, read> keys0: array<CacheUnit>;   // [bufferPages, pageRows, G, K / 8]
@group(0) @binding(7) var<storage, read> values0: array<CacheUnit>; // [bufferPages, pageRows, G, V / 8]
@group(0) @binding(8) var<storage, read> keys1: array<CacheUnit>;
@group(0) @binding(9) var<storage, read> values1: array<CacheUnit>;
@group(0) @binding(10) var<storage, read> keys2: array<CacheUnit>;
@group(0) @binding(11) var<storage, read> values2: array<CacheUnit>;
@group(0) @binding(12) var<storage, read> keys3: array<CacheUnit>;
@group(0) @binding(13) var<storage, read> values3: array<CacheUnit>;

// Compared and not divided: a division by a uniform is some forty instructions.
fn bufferOf(page: u32) -> u32 {
  let pages = params.bufferPages;
  return select(0u, 1u, page >= pages) + select(0u, 1u, page >= 2u * pages) + select(0u, 1u, page >= 3u * pages);
}

fn keyAt(buffer: u32, unit: u32) -> CacheUnit {
  switch buffer {
    case 0u: {
      return keys0[unit];
    }
    case 1u: {
      return keys1[unit];
    }
    case 2u: {
      return keys2[unit];
    }
    default: {
      return keys3[unit];
    }
  }
}

fn valueAt(buffer: u32, unit: u32) -> CacheUnit {
  switch buffer {
    case 0u: {
      return values0[unit];
    }
    case 1u: {
      return values1[unit];
    }
    case 2u: {
      return values2[unit];
    }
    default: {
      return values3[unit];
    }
  }
}
