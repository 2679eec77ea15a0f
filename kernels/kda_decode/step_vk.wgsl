// kda_decode / step_vk: one token for a head whose state is stored [V, K]: one load brings four rows of a column.

fn step(head: u32, columns: u32, local: u32, column: u32, row: u32) {
  let inV = head * (V / columnsPerThread) + columns;
  let at = (head * V + columns * columnsPerThread) * foursOfK + row * threadStep;
  var stored: array<array<StoredVec, fours>, columnsPerThread>;
  // @unroll
  for (var c = 0u; c < columnsPerThread; c++) {
    // @unroll
    for (var i = 0u; i < fours; i++) {
      stored[c][i] = state[at + c * foursOfK + i * fourStep];
    }
  }
  let value = v[inV];
  let strength = beta[head];
  var mine = loadOperands(head, local, row * threadStep);

  var s: array<array<vec4<f32>, fours>, columnsPerThread>;
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var i = 0u; i < fours; i++) {
    sums.kq += dot(mine.keys[i], mine.queries[i]);
    // @unroll
    for (var c = 0u; c < columnsPerThread; c++) {
      s[c][i] = vec4<f32>(stored[c][i]) * mine.decays[i];
      sums.k[c] += dot(s[c][i], mine.keys[i]);
      sums.q[c] += dot(s[c][i], mine.queries[i]);
    }
  }
  sums = sumRows(column, row, sums);

  let u = strength * (value - sums.k);
  // @unroll
  for (var c = 0u; c < columnsPerThread; c++) {
    // @unroll
    for (var i = 0u; i < fours; i++) {
      state[at + c * foursOfK + i * fourStep] = StoredVec(fma(mine.keys[i], vec4<f32>(u[c]), s[c][i]));
    }
  }
  if (row == 0u) {
    o[inV] = fma(u, Vec(sums.kq), sums.q);
  }
}
