// delta_prefill / matrix_tiles: operand tiles of a chunk from memory into a subgroup's registers, for matrix_scan.

// Tiles of kg and qg: a part's rows of tiles, all of K.
fn fetchKeys(tiles: ptr<function, array<Left, productRows * keyTiles>>, chunk: u32, part: u32) {
  // @unroll
  for (var i = 0u; i < productRows; i++) {
    let at = chunk * rowsLength + (part + i * productParts) * keyTiles * tileLength;
    // @unroll
    for (var z = 0u; z < keyTiles; z++) {
      tiles[i * keyTiles + z] = subgroupMatrixLoad<Left, row_major>(&rows, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of a half of P, which lies at `base` of a chunk's blocks, for the rows of qg.
fn fetchScores(tiles: ptr<function, array<Left, productRows * chunkTiles>>, chunk: u32, base: u32, part: u32) {
  // @unroll
  for (var i = 0u; i < productRows; i++) {
    let r = (part + i * productParts) % chunkTiles;
    let at = chunk * blocksLength + base + r * chunkTiles * tileLength;
    // @unroll
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&blocks, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of M.
fn fetchInverses(tiles: ptr<function, array<Left, freshTiles * chunkTiles>>, chunk: u32, subgroup: u32) {
  // @unroll
  for (var i = 0u; i < freshTiles; i++) {
    let r = (subgroup + i * subgroups) / valueTiles % chunkTiles;
    let at = chunk * blocksLength + r * chunkTiles * tileLength;
    // @unroll
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&blocks, at + z * tileLength, tileVectors);
    }
  }
}

// Tiles of a half of kl^T, which lies at `base` of a chunk's rows.
fn fetchUpdates(tiles: ptr<function, array<Left, updateRows * chunkTiles>>, chunk: u32, base: u32, part: u32) {
  // @unroll
  for (var i = 0u; i < updateRows; i++) {
    let at = chunk * rowsLength + base + (part + i * updateParts) * chunkTiles * tileLength;
    // @unroll
    for (var z = 0u; z < chunkTiles; z++) {
      tiles[i * chunkTiles + z] = subgroupMatrixLoad<Left, row_major>(&rows, at + z * tileLength, tileVectors);
    }
  }
}
