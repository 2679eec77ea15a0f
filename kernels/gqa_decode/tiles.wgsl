// gqa_decode / tiles: where a tile's rows lie in the pool, and a thread's units of them from the buffers into registers.
// Linked with one of pools_* (bufferOf, keyAt, valueAt). Units are counted within a buffer: 2 GiB hold 2^27 of 16 bytes.

// A page, or the part of one that a tile is: the buffer it is in, and its first row there.
struct Place {
  buffer: u32,
  row: u32,
}

const span: u32 = tileRows / tilePages; // rows of a tile in one page

// Of a tile's pages; for one beyond the sequence's end, its last page.
fn pagesOf(sequence: u32, tile: u32, rows: u32) -> array<Place, tilePages> {
  var pages: array<Place, tilePages>;
  // @unroll
  for (var i = 0u; i < tilePages; i++) {
    let row = min(tile * tileRows + i * pageRows, rows - 1u);
    let page = u32(block_table[sequence * params.tableWidth + row / pageRows]);
    let buffer = bufferOf(page);
    let first = row % pageRows / span * span;
    pages[i] = Place(buffer, (page - buffer * params.bufferPages) * pageRows + first);
  }
  return pages;
}

// Of one row of a tile.
fn placeIn(pages: array<Place, tilePages>, row: u32) -> Place {
  var place = pages[0];
  // @unroll
  for (var i = 1u; i < tilePages; i++) {
    if (row >= i * pageRows) {
      place = pages[i];
    }
  }
  place.row += row % pageRows;
  return place;
}

fn fetchKeys(pages: array<Place, tilePages>, live: u32, team: u32, kvHead: u32, lane: u32,
  keys: ptr<function, array<CacheUnit, rowsPerThread * keyUnits>>) {
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let place = placeIn(pages, min(r * teams + team, live - 1u));
    let first = (place.row * params.kvHeads + kvHead) * rowKeyUnits + lane;
    // @unroll
    for (var i = 0u; i < keyUnits; i++) {
      (*keys)[r * keyUnits + i] = keyAt(place.buffer, first + i * lanesPerRow);
    }
  }
}

fn fetchValues(pages: array<Place, tilePages>, live: u32, team: u32, kvHead: u32, lane: u32,
  values: ptr<function, array<CacheUnit, rowsPerThread * valueUnits>>) {
  // @unroll
  for (var r = 0u; r < rowsPerThread; r++) {
    let place = placeIn(pages, min(r * teams + team, live - 1u));
    let first = (place.row * params.kvHeads + kvHead) * rowValueUnits + lane;
    // @unroll
    for (var i = 0u; i < valueUnits; i++) {
      (*values)[r * valueUnits + i] = valueAt(place.buffer, first + i * lanesPerRow);
    }
  }
}
