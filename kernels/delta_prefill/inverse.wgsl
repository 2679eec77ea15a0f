// delta_prefill / inverse: X = (I + A)^-1 in place, A strictly lower triangular [chunkSize, chunkSize] in `pairs`.
// Forward substitution on 16 x 16 diagonal blocks, then X10 = -X11 A10 X00 on pairs of blocks, then on pairs of pairs.
// Linked with substitution. Row i of A is still without beta_i, which lies in the last column.
// Workgroup memory: none of its own; A10 X00 passes through `gates`.

fn invert(thread: u32) {
  substitute(thread);

  // Pairs of inverted blocks.
  for (var half = sub; half < chunkSize; half *= 2u) {
    let vectors = half / 4u;
    let items = chunkSize / 4u * vectors; // two rows of four columns each
    for (var i = thread; i < items; i += threads) {
      let c = i % vectors * 4u;
      let r = i / vectors * 2u; // row counted over the lower halves of all pairs
      let corner = r / half * 2u * half;
      let i0 = corner + half + r % half;
      var sum0 = vec4<f32>(0.0);
      var sum1 = vec4<f32>(0.0);
      for (var m = c; m < half; m++) {
        let j = corner + c;
        let x = vec4<f32>(
          unitLower(corner + m, j),
          unitLower(corner + m, j + 1u),
          unitLower(corner + m, j + 2u),
          unitLower(corner + m, j + 3u),
        );
        sum0 += pairs[i0 * pairStride + corner + m] * x;
        sum1 += pairs[(i0 + 1u) * pairStride + corner + m] * x;
      }
      gates[r * vectors + i % vectors] = pairs[i0 * pairStride + chunkSize] * sum0;
      gates[(r + 1u) * vectors + i % vectors] = pairs[(i0 + 1u) * pairStride + chunkSize] * sum1;
    }
    workgroupBarrier(); // A10 X00 is complete in `gates`
    for (var i = thread; i < items; i += threads) {
      let c = i % vectors * 4u;
      let r = i / vectors * 2u;
      let group = r / half;
      let corner = group * 2u * half;
      let i0 = corner + half + r % half;
      var sum0 = vec4<f32>(0.0);
      var sum1 = vec4<f32>(0.0);
      for (var m = 0u; m < r % half + 2u; m++) {
        let x = gates[(group * half + m) * vectors + i % vectors];
        sum0 += unitLower(i0, corner + half + m) * x;
        sum1 += unitLower(i0 + 1u, corner + half + m) * x;
      }
      // @unroll
      for (var e = 0u; e < 4u; e++) {
        pairs[i0 * pairStride + corner + c + e] = -sum0[e];
        pairs[(i0 + 1u) * pairStride + corner + c + e] = -sum1[e];
      }
    }
    workgroupBarrier(); // the merged block is read by the next merge
  }
}
