// delta_decode / tile_kv: a thread's part of a state stored [K, V]: one load brings columnsPerThread columns of a row.

alias StoredTile = array<StoredVec, rowsPerThread>;
alias Tile = array<Vec, rowsPerThread>;

/** Where a thread's row i of a head lies in the state. */
fn rowAt(head: u32, columns: u32, firstFour: u32, i: u32) -> u32 {
  return (head * K + (firstFour + i / 4u * fourStep) * 4u + i % 4u) * columnsOfV + columns;
}

fn loadTile(head: u32, columns: u32, firstFour: u32) -> StoredTile {
  var tile: StoredTile;
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    tile[i] = state[rowAt(head, columns, firstFour, i)];
  }
  return tile;
}

fn decayTile(stored: StoredTile, decays: array<vec4<f32>, fours>) -> Tile {
  var tile: Tile;
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    tile[i] = Vec(stored[i]) * decays[i / 4u][i % 4u];
  }
  return tile;
}

fn sumTile(tile: Tile, mine: Operands) -> Sums {
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    let key = mine.keys[i / 4u][i % 4u];
    let query = mine.queries[i / 4u][i % 4u];
    sums.k = fma(tile[i], Vec(key), sums.k);
    sums.q = fma(tile[i], Vec(query), sums.q);
    sums.kq = fma(key, query, sums.kq);
  }
  return sums;
}

fn storeTile(head: u32, columns: u32, firstFour: u32, tile: Tile, keys: array<vec4<f32>, fours>, u: Vec) {
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    state[rowAt(head, columns, firstFour, i)] = StoredVec(fma(Vec(keys[i / 4u][i % 4u]), u, tile[i]));
  }
}
