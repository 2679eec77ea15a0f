// mla_decode / fma_stage: one slice of the tile's rows and of q, from the buffers into registers, and from there into
// workgroup memory once the slice before it is used. 8 neighbouring threads take 8 rows, the next 8 the unit beside:
// a warp reads 64 bytes of each row, and its stores meet no bank twice.
// A head beyond H repeats the last one; its answer is not written.

// Of a tile's pages; where its second one lies beyond the sequence's end, the last one before.
fn pagesOf(sequence: u32, tile: u32, rows: u32) -> array<Place, tilePages> {
  var pages: array<Place, tilePages>;
  // @unroll
  for (var i = 0u; i < tilePages; i++) {
    let row = min(tile * keysPerTile + i * pageRows, rows - 1u);
    pages[i] = placeOf(sequence, row - row % min(pageRows, keysPerTile));
  }
  return pages;
}

// Of one row of a tile.
fn placeIn(pages: array<Place, tilePages>, row: u32) -> Place {
  var place = pages[0];
  if (tilePages == 2u && row >= pageRows) {
    place = pages[tilePages - 1u];
  }
  place.unit += row % pageRows * rowUnits;
  return place;
}

fn fetchKeys(local: u32, pages: array<Place, tilePages>, slice: u32, pending: ptr<function, array<CacheUnit, keyLoads>>) {
  // @unroll
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    let row = at % 8u + at / (8u * dimGroups) * 8u;
    if (keyUnits % threads == 0u || row < keysPerTile) {
      let place = placeIn(pages, row);
      (*pending)[i] = cached(place.buffer, place.unit + slice * dimGroups + at / 8u % dimGroups);
    }
  }
}

fn storeKeys(local: u32, buffer: u32, pending: ptr<function, array<CacheUnit, keyLoads>>) {
  // @unroll
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    let row = at % 8u + at / (8u * dimGroups) * 8u;
    if (keyUnits % threads == 0u || row < keysPerTile) {
      keyTile[buffer][row / keyLanes][at / 8u % dimGroups * keyLanes + row % keyLanes] = (*pending)[i];
    }
  }
}

fn fetchQueries(local: u32, queryRow: u32, firstHead: u32, slice: u32,
  pending: ptr<function, array<vec4<f32>, queryLoads>>) {
  // @unroll
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    let head = at % 8u + at / (16u * dimGroups) * 8u;
    if (queryQuads % threads == 0u || head < headsPerGroup) {
      let row = (queryRow + min(firstHead + head, params.heads - 1u)) * rowQuads;
      (*pending)[i] = q[row + slice * dimGroups * 2u + at / 8u % (2u * dimGroups)];
    }
  }
}

fn storeQueries(local: u32, buffer: u32, pending: ptr<function, array<vec4<f32>, queryLoads>>) {
  // @unroll
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    let head = at % 8u + at / (16u * dimGroups) * 8u;
    let quad = at / 8u % (2u * dimGroups);
    if (queryQuads % threads == 0u || head < headsPerGroup) {
      let lane = quad / 2u * headLanes + head / headsPerThread;
      queryTile[buffer][lane][head % headsPerThread * 2u + quad % 2u] = (*pending)[i];
    }
  }
}
