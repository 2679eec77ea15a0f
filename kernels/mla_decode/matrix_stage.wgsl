// mla_decode / matrix_stage: rows of the cache and of q on their way into the tile's memory, in halves.
// The rows of a tile lie in one page, one behind the other: thread after thread takes unit after unit.

fn pack(low: vec4<f32>, high: vec4<f32>) -> vec4<u32> {
  return vec4<u32>(
    pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));
}

// Beyond the `live` rows inside the sequence, their last unit over and over: finite, for weights of 0 to multiply.
fn fetchTile(local: u32, place: Place, live: u32, pending: ptr<function, array<CacheUnit, tileLoads>>) {
  // @unroll
  for (var i = 0u; i < tileLoads; i++) {
    (*pending)[i] = cached(place.buffer, place.unit + min(local + i * threads, live * rowUnits - 1u));
  }
}

fn storeTile(local: u32, pending: ptr<function, array<CacheUnit, tileLoads>>) {
  // @unroll
  for (var i = 0u; i < tileLoads; i++) {
    let at = local + i * threads;
    if (tileUnits % threads == 0u || at < tileUnits) {
      tile[at + at / rowUnits] = halves((*pending)[i]);
    }
  }
}

// As many heads' q as a tile has rows. A head beyond H repeats q's last unit; its answer is not read.
fn stageQueries(local: u32, queryRow: u32, firstHead: u32) {
  let source = (queryRow + firstHead) * rowUnits;
  let last = (queryRow + params.heads) * rowUnits - 1u;
  for (var first = local; first < tileUnits; first += queryLoads * threads) {
    var units: array<vec4<u32>, queryLoads>;
    // @unroll
    for (var i = 0u; i < queryLoads; i++) {
      let unit = min(source + first + i * threads, last);
      units[i] = pack(q[unit * 2u], q[unit * 2u + 1u]);
    }
    // @unroll
    for (var i = 0u; i < queryLoads; i++) {
      let at = first + i * threads;
      if (at < tileUnits) {
        tile[at + at / rowUnits] = units[i];
      }
    }
  }
}
