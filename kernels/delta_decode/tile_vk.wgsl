// delta_decode / tile_vk: a thread's part of a state stored [V, K]: one load brings four rows of a column.

alias StoredTile = array<array<StoredVec, fours>, columnsPerThread>;
alias Tile = array<array<vec4<f32>, fours>, columnsPerThread>;

/** Where a thread's four i of rows of column c of a head lies in the state. */
fn fourAt(head: u32, columns: u32, firstFour: u32, c: u32, i: u32) -> u32 {
  return (head * V + columns * columnsPerThread + c) * foursOfK + firstFour + i * fourStep;
}

fn loadTile(head: u32, columns: u32, firstFour: u32) -> StoredTile {
  var tile: StoredTile;
  // @unroll
  for (var c = 0u; c < columnsPerThread; c++) {
    // @unroll
    for (var i = 0u; i < fours; i++) {
      tile[c][i] = state[fourAt(head, columns, firstFour, c, i)];
    }
  }
  return tile;
}

fn decayTile(stored: StoredTile, decays: array<vec4<f32>, fours>) -> Tile {
  var tile: Tile;
  // @unroll
  for (var c = 0u; c < columnsPerThread; c++) {
    // @unroll
    for (var i = 0u; i < fours; i++) {
      tile[c][i] = vec4<f32>(stored[c][i]) * decays[i];
    }
  }
  return tile;
}

fn sumTile(tile: Tile, mine: Operands) -> Sums {
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var i = 0u; i < fours; i++) {
    // @unroll
    for (var c = 0u; c < columnsPerThread; c++) {
      sums.k[c] += dot(tile[c][i], mine.keys[i]);
      sums.q[c] += dot(tile[c][i], mine.queries[i]);
    }
    sums.kq += dot(mine.keys[i], mine.queries[i]);
  }
  return sums;
}

fn storeTile(head: u32, columns: u32, firstFour: u32, tile: Tile, keys: array<vec4<f32>, fours>, u: Vec) {
  // @unroll
  for (var c = 0u; c < columnsPerThread; c++) {
    // @unroll
    for (var i = 0u; i < fours; i++) {
      state[fourAt(head, columns, firstFour, c, i)] = StoredVec(fma(keys[i], vec4<f32>(u[c]), tile[c][i]));
    }
  }
}
