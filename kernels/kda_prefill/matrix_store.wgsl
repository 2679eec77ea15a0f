// kda_prefill / matrix_store: M = X diag(beta) and P into `blocks`; the scan applies M.

fn finish(place: Place, thread: u32, subgroup: u32) {
  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let at = place.chunk * chunkSize * chunkSize / 2u + i;
    let r = tiledRow(i);
    let c = tiledColumn(i);
    blocks[at] = vec4<f16>(applied(r, c));
    blocks[at + chunkSize * chunkSize / 4u] = vec4<f16>(scores(r, c));
  }
}
