// mla_decode / pages: where a row of a sequence lies in the pool, whose pages may be in several buffers.
// Linked with one of cache_one, cache_two and cache_four (cached).

// A row of the pool: the buffer it is in, and its first unit there.
struct Place {
  buffer: u32,
  unit: u32,
}

fn placeOf(sequence: u32, row: u32) -> Place {
  let page = u32(block_table[sequence * params.tableWidth + row / pageRows]);
  let buffer = page / params.bufferPages;
  return Place(buffer, ((page - buffer * params.bufferPages) * pageRows + row % pageRows) * rowUnits);
}
