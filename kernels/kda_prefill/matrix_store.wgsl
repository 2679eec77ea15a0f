// kda_prefill / matrix_store: M = X diag(beta) and P into `blocks`, P as a sum of two; the scan applies M.

fn finish(place: Place, thread: u32, subgroup: u32) {
  let base = place.chunk * 3u * chunkSize * chunkSize / 4u;
  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let r = tiledRow(i);
    let c = tiledColumn(i);
    let score = scores(r, c);
    blocks[base + i] = vec4<f16>(applied(r, c));
    blocks[base + chunkSize * chunkSize / 4u + i] = highOf(score);
    blocks[base + chunkSize * chunkSize / 2u + i] = lowOf(score);
  }
}
