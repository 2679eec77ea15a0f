// mla_decode / stage: one slice of the tile's rows and of q into workgroup memory, by all threads.
// Neighbouring threads read neighbouring units. A head beyond H repeats the last one; its answer is not written.

fn loadKeys(local: u32, base: u32, slice: u32) {
  // @unroll
  for (var i = 0u; i < keyLoads; i++) {
    let at = local + i * threads;
    if (keyUnits % threads == 0u || at < keyUnits) {
      let row = at / unitsPerSlice; // [dimGroups, keysPerTile]
      let unit = row / keysPerTile * groupUnits + slice * unitsPerSlice + at % unitsPerSlice;
      keyTile[row * keyStride + at % unitsPerSlice] = cache[base + row % keysPerTile * rowUnits + unit];
    }
  }
}

fn loadQueries(local: u32, queryRow: u32, firstHead: u32, slice: u32) {
  // @unroll
  for (var i = 0u; i < queryLoads; i++) {
    let at = local + i * threads;
    if (queryUnits % threads == 0u || at < queryUnits) {
      let row = at / unitsPerSlice; // [dimGroups, headsPerGroup]
      let dims = row / headsPerGroup;
      let head = min(firstHead + row % headsPerGroup, params.heads - 1u);
      let unit = dims * groupUnits + slice * unitsPerSlice + at % unitsPerSlice;
      queryTile[(dims * unitsPerSlice + at % unitsPerSlice) * headsPerGroup + row % headsPerGroup] =
        q[(queryRow + head) * rowUnits + unit];
    }
  }
}
