// delta_prefill / matrix_layout: where matrices lie in memory, and M and P from where matrix_prepare holds them.

// Where vector x of row r lies in a matrix of `across` tiles side by side.
fn tiled(r: u32, x: u32, across: u32) -> u32 {
  return (r / tile * across + x / tileVectors) * tile * tileVectors + r % tile * tileVectors + x % tileVectors;
}

// The other way round: row and first column of the i-th vector of a square of the chunk's size.
fn tiledRow(i: u32) -> u32 {
  return i / (chunkTiles * tile * tileVectors) * tile + i % (tile * tileVectors) / tileVectors;
}
fn tiledColumn(i: u32) -> u32 {
  return i / (tile * tileVectors) % chunkTiles * tile + i % tileVectors * 4u;
}

// M[r, c .. c + 3]
fn applied(r: u32, c: u32) -> vec4<f32> {
  var m: vec4<f32>;
  // @unroll
  for (var e = 0u; e < 4u; e++) {
    m[e] = unitLower(r, c + e) * pairs[(c + e) * pairStride + chunkSize];
  }
  return m;
}

// P[r, c .. c + 3]
fn scores(r: u32, c: u32) -> vec4<f32> {
  var p: vec4<f32>;
  // @unroll
  for (var e = 0u; e < 4u; e++) {
    p[e] = select(0.0, pairs[(c + e) * pairStride + r], c + e <= r);
  }
  return p;
}

// M = X diag(beta) and P, as a sum of two, into `blocks`.
fn storeBlocks(chunk: u32, thread: u32) {
  let base = chunk * 3u * chunkSize * chunkSize / 4u;
  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let r = tiledRow(i);
    let c = tiledColumn(i);
    let score = scores(r, c);
    blocks[base + i] = vec4<f16>(applied(r, c));
    blocks[base + chunkSize * chunkSize / 4u + i] = highOf(score);
    blocks[base + chunkSize * chunkSize / 2u + i] = lowOf(score);
  }
}
