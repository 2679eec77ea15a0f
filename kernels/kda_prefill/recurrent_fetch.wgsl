// kda_prefill / recurrent_fetch: what a loader of the recurrent pass reads of its tokens.

// What a loader holds of a batch.
struct Fetched {
  query: array<vec4<Io>, rounds * block>,
  key: array<vec4<Io>, rounds * block>,
  gate: array<vec4<f32>, rounds * block>,
  value: array<Io, valueRounds * block>,
  strength: array<f32, block>, // beta
}

fn fetch(loader: u32, start: u32, segment: Segment, firstColumn: u32) -> Fetched {
  var fetched: Fetched;
  // @unroll
  for (var n = 0u; n < block; n++) {
    let row = rowOf(start + loader / team * block + n, segment);
    let at = row * keyVectors + loader % team;
    // @unroll
    for (var r = 0u; r < rounds; r++) {
      fetched.query[r * block + n] = q[at + r * team];
      fetched.key[r * block + n] = k[at + r * team];
      fetched.gate[r * block + n] = g[at + r * team];
    }
    // @unroll
    for (var c = 0u; c < valueRounds; c++) {
      let value = v[row * valueDim + firstColumn % valueDim + (c * team + loader % team) % tileV];
      fetched.value[c * block + n] = select(Io(0.0), value, firstColumn < valueDim);
    }
    fetched.strength[n] = beta[row];
  }
  return fetched;
}
