// kda_decode / step_kv: one token for a head whose state is stored [K, V]: one load brings columnsPerThread columns
// of a row.

const columnsOfV: u32 = V / columnsPerThread;

fn step(head: u32, columns: u32, local: u32, column: u32, row: u32) {
  let inV = head * columnsOfV + columns;
  let at = (head * K + row * threadStep * 4u) * columnsOfV + columns;
  var stored: array<StoredVec, rowsPerThread>;
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    stored[i] = state[at + (i / 4u * fourStep * 4u + i % 4u) * columnsOfV];
  }
  let value = v[inV];
  let strength = beta[head];
  var mine = loadOperands(head, local, row * threadStep);

  var s: array<Vec, rowsPerThread>;
  var sums = Sums(Vec(0.0), Vec(0.0), 0.0);
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    let key = mine.keys[i / 4u][i % 4u];
    let query = mine.queries[i / 4u][i % 4u];
    s[i] = Vec(stored[i]) * mine.decays[i / 4u][i % 4u];
    sums.k = fma(s[i], Vec(key), sums.k);
    sums.q = fma(s[i], Vec(query), sums.q);
    sums.kq = fma(key, query, sums.kq);
  }
  sums = sumRows(column, row, sums);

  let u = strength * (value - sums.k);
  // @unroll
  for (var i = 0u; i < rowsPerThread; i++) {
    let next = fma(Vec(mine.keys[i / 4u][i % 4u]), u, s[i]);
    state[at + (i / 4u * fourStep * 4u + i % 4u) * columnsOfV] = StoredVec(next);
  }
  if (row == 0u) {
    o[inV] = fma(u, Vec(sums.kq), sums.q);
  }
}
