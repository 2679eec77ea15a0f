// kda_prefill / matrix_apply: W = M kg in place of kg, U = M V behind kl, P into `blocks` (fla: recompute_w_u_fwd).
// The scan is left with Vn = U - W S. As many columns at a time as the chunk has tokens.
// M is a sum of two f16, for it costs no memory traffic here.
// Workgroup memory: none of its own; M and V pass through `operands`, products through `pairs`.

const applyStride: u32 = chunkSize / 4u + 2u;
const lowPart: u32 = chunkSize * applyStride;
const valuePart: u32 = 2u * lowPart;
const valueVectors: u32 = valueDim / 4u;

@group(0) @binding(8) var<storage, read> v: array<vec4<Io>>; // [B, T, H, V]

fn finish(place: Place, thread: u32, subgroup: u32) {
  for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
    let r = tiledRow(i);
    let c = tiledColumn(i);
    let inverse = applied(r, c);
    let score = scores(r, c);
    operands[r * applyStride + c / 4u] = bitcast<vec2<u32>>(highOf(inverse));
    operands[lowPart + r * applyStride + c / 4u] = bitcast<vec2<u32>>(lowOf(inverse));
    blocks[place.chunk * chunkSize * chunkSize / 2u + i] = highOf(score);
    blocks[place.chunk * chunkSize * chunkSize / 2u + chunkSize * chunkSize / 4u + i] = lowOf(score);
  }
  storageBarrier(); // kg is read by other threads
  let base = place.chunk * chunkSize * rowWidth / 4u;
  for (var first = 0u; first < keyDim + valueDim; first += chunkSize) {
    let isValue = first >= keyDim;
    if (isValue) {
      for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
        let r = i / (chunkSize / 4u);
        let x = i % (chunkSize / 4u);
        let t = place.start + r;
        let at = ((place.tokenBase + min(t, params.last - 1u)) * params.heads + place.head) * valueVectors;
        let value = vec4<f32>(v[at + (first - keyDim) / 4u + x]);
        operands[valuePart + r * applyStride + x] = bits(select(vec4<f32>(0.0), value, t < params.last));
      }
    }
    workgroupBarrier(); // M and V are complete, and the products before this round used
    for (var job = subgroup; job < chunkTiles * chunkTiles; job += subgroups) {
      let row = job / chunkTiles;
      let column = job % chunkTiles;
      var sum = Sum();
      for (var z = 0u; z <= row; z++) {
        let leftAt = row * tile * applyStride + z * tileVectors;
        let high = subgroupMatrixLoad<Left, row_major>(&operands, leftAt, applyStride);
        let low = subgroupMatrixLoad<Left, row_major>(&operands, lowPart + leftAt, applyStride);
        var right: Right;
        if (isValue) {
          let at = valuePart + z * tile * applyStride + column * tileVectors;
          right = subgroupMatrixLoad<Right, row_major>(&operands, at, applyStride);
        } else {
          let at = base + (z * keyTiles + first / tile + column) * tile * tileVectors;
          right = subgroupMatrixLoad<Right, row_major>(&rows, at, tileVectors);
        }
        sum = subgroupMatrixMultiplyAccumulate(low, right, sum);
        sum = subgroupMatrixMultiplyAccumulate(high, right, sum);
      }
      subgroupMatrixStore<row_major>(&pairs, row * tile * pairStride + column * tile, sum, pairStride);
    }
    workgroupBarrier(); // the products are complete, and V used
    for (var i = thread; i < chunkSize * chunkSize / 4u; i += threads) {
      let r = i / (chunkSize / 4u);
      let x = i % (chunkSize / 4u);
      let p = r * pairStride + 4u * x;
      let product = vec4<f16>(vec4<f32>(pairs[p], pairs[p + 1u], pairs[p + 2u], pairs[p + 3u]));
      if (isValue) {
        let to = base + 4u * chunkSize * keyVectors;
        rows[to + tiled(r, (first - keyDim) / 4u + x, valueDim / tile)] = product;
      } else {
        rows[base + tiled(r, first / 4u + x, keyTiles)] = product;
      }
    }
  }
}
