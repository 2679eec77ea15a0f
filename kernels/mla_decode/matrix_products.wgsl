// mla_decode / matrix_products: what a subgroup does with the tile in workgroup memory. It reads some matrices of rows
// ahead of their products, in a ring.

alias Queries = array<Left, dimSteps * headTiles>;
alias Outputs = array<Sum, groupTiles * valueTiles>;

// Its dims' share of the scores of its heads and keys.
fn scoreTile(subgroup: u32, queries: ptr<function, Queries>) {
  let headPart = subgroup % headParts;
  let keyPart = subgroup / headParts % keyParts;
  let dimPart = subgroup / (headParts * keyParts);
  let keys = keyPart * keyTiles * matrixN * rowStride;
  var products: array<Sum, headTiles * keyTiles>;
  // @unroll
  for (var i = 0u; i < headTiles * keyTiles; i++) {
    products[i] = Sum();
  }
  var keyRing: array<Right, keysAhead * keyTiles>;
  // @unroll
  for (var i = 0u; i < keysAhead; i++) {
    // @unroll
    for (var n = 0u; n < keyTiles; n++) {
      keyRing[i * keyTiles + n] = subgroupMatrixLoad<Right, col_major>(
        &tile, keys + n * matrixN * rowStride + (dimPart + i * dimParts) * matrixK / 8u, rowStride);
    }
  }
  // @unroll
  for (var i = 0u; i < dimSteps; i++) {
    if (allDimSteps % dimParts == 0u || dimPart + i * dimParts < allDimSteps) {
      // @unroll
      for (var n = 0u; n < keyTiles; n++) {
        // @unroll
        for (var m = 0u; m < headTiles; m++) {
          products[m * keyTiles + n] = subgroupMatrixMultiplyAccumulate(
            (*queries)[i * headTiles + m], keyRing[i % keysAhead * keyTiles + n], products[m * keyTiles + n]);
        }
      }
    }
    if (i + keysAhead < dimSteps) {
      let step = min(dimPart + (i + keysAhead) * dimParts, allDimSteps - 1u);
      // @unroll
      for (var n = 0u; n < keyTiles; n++) {
        keyRing[i % keysAhead * keyTiles + n] = subgroupMatrixLoad<Right, col_major>(
          &tile, keys + n * matrixN * rowStride + step * matrixK / 8u, rowStride);
      }
    }
  }
  // @unroll
  for (var m = 0u; m < headTiles; m++) {
    // @unroll
    for (var n = 0u; n < keyTiles; n++) {
      let at = (dimPart * headsPerGroup + (headPart * headTiles + m) * matrixM) * scoreStride;
      subgroupMatrixStore<row_major>(
        &scores, at + (keyPart * keyTiles + n) * matrixN / 4u, products[m * keyTiles + n], scoreStride);
    }
  }
}

// Adds weights . values, over its dims of all heads.
fn addValues(subgroup: u32, outputs: ptr<function, Outputs>) {
  let values = subgroup * valueTiles * matrixN / 8u;
  var weight: array<Left, valueSteps * groupTiles>;
  // @unroll
  for (var k = 0u; k < valueSteps; k++) {
    // @unroll
    for (var m = 0u; m < groupTiles; m++) {
      weight[k * groupTiles + m] = subgroupMatrixLoad<Left, row_major>(
        &weights, m * matrixM * weightStride + k * matrixK / 8u, weightStride);
    }
  }
  var valueRing: array<Right, valuesAhead>;
  // @unroll
  for (var i = 0u; i < valuesAhead; i++) {
    valueRing[i] = subgroupMatrixLoad<Right, row_major>(
      &tile, values + i / valueTiles * matrixK * rowStride + i % valueTiles * matrixN / 8u, rowStride);
  }
  // @unroll
  for (var i = 0u; i < valueSteps * valueTiles; i++) {
    // @unroll
    for (var m = 0u; m < groupTiles; m++) {
      (*outputs)[m * valueTiles + i % valueTiles] = subgroupMatrixMultiplyAccumulate(
        weight[i / valueTiles * groupTiles + m], valueRing[i % valuesAhead], (*outputs)[m * valueTiles + i % valueTiles]);
    }
    if (i + valuesAhead < valueSteps * valueTiles) {
      let later = i + valuesAhead;
      valueRing[i % valuesAhead] = subgroupMatrixLoad<Right, row_major>(
        &tile, values + later / valueTiles * matrixK * rowStride + later % valueTiles * matrixN / 8u, rowStride);
    }
  }
}

// Multiplies its share of o by its heads' factors.
fn rescale(subgroup: u32, lane: u32, outputs: ptr<function, Outputs>) {
  let slot = subgroup * slotQuads; // its own part of `scores`, where o passes through
  // @unroll
  for (var m = 0u; m < groupTiles; m++) {
    // @unroll
    for (var n = 0u; n < valueTiles; n++) {
      subgroupMatrixStore<row_major>(&scores, slot, (*outputs)[m * valueTiles + n], rowQuads);
      workgroupBarrier(); // the subgroup's matrix is in its slot
      for (var i = lane; i < slotQuads; i += subgroupSize) {
        scores[slot + i] *= factors[m * matrixM + i / rowQuads];
      }
      workgroupBarrier(); // it is scaled
      (*outputs)[m * valueTiles + n] = subgroupMatrixLoad<Sum, row_major>(&scores, slot, rowQuads);
    }
  }
}
