// delta_prefill / matrix_inverse: X = (I + diag(beta) A)^-1 in place, A strictly lower triangular in `pairs`.
// Forward substitution on 16 x 16 diagonal blocks, then X10 = -X11 A10 X00 on pairs of blocks, then on pairs of pairs.
// Those products run on matrix units with each f32 as a sum of two f16, 22 bits of it, and give f32.
// Linked with substitution. beta_i lies in the last column of `pairs`.
// Workgroup memory: none of its own; operands pass through `operands`, A10 X00 through `sums`.

const mergeStride: u32 = halfRows / 4u + 2u;
const mergeLength: u32 = halfRows * mergeStride; // of one operand of all pairs, its high or its low part
const leftPart: u32 = 0u;
const rightPart: u32 = 2u * mergeLength;
const outerPart: u32 = 4u * mergeLength;

fn unitLower4(i: u32, j: u32) -> vec4<f32> {
  return vec4<f32>(unitLower(i, j), unitLower(i, j + 1u), unitLower(i, j + 2u), unitLower(i, j + 3u));
}

// Stores four neighbours as the sum of two operands.
fn splitInto(at: u32, a: vec4<f32>) {
  operands[at] = bitcast<vec2<u32>>(highOf(a));
  operands[at + mergeLength] = bitcast<vec2<u32>>(lowOf(a));
}

// Tile (row, column) of a product of operands with `across` tiles on a side.
fn splitProduct(leftBase: u32, rightBase: u32, across: u32) -> Sum {
  var sum = Sum();
  for (var z = 0u; z < across; z++) {
    let leftAt = leftBase + z * tileVectors;
    let rightAt = rightBase + z * tile * mergeStride;
    let leftHigh = subgroupMatrixLoad<Left, row_major>(&operands, leftAt, mergeStride);
    let leftLow = subgroupMatrixLoad<Left, row_major>(&operands, leftAt + mergeLength, mergeStride);
    let rightHigh = subgroupMatrixLoad<Right, row_major>(&operands, rightAt, mergeStride);
    let rightLow = subgroupMatrixLoad<Right, row_major>(&operands, rightAt + mergeLength, mergeStride);
    sum = subgroupMatrixMultiplyAccumulate(leftLow, rightHigh, sum);
    sum = subgroupMatrixMultiplyAccumulate(leftHigh, rightLow, sum);
    sum = subgroupMatrixMultiplyAccumulate(leftHigh, rightHigh, sum);
  }
  return sum;
}

fn invert(thread: u32, subgroup: u32) {
  substitute(thread);

  // Pairs of inverted blocks.
  for (var half = sub; half < chunkSize; half *= 2u) {
    let vectors = half / 4u;
    let across = half / tile;
    for (var i = thread; i < halfRows * vectors; i += threads) {
      let r = i / vectors; // row counted over the lower halves of all pairs
      let c = i % vectors * 4u;
      let corner = r / half * 2u * half;
      let upper = corner + r % half;
      let lower = upper + half;
      let x = lower * pairStride + corner + c;
      let a = vec4<f32>(pairs[x], pairs[x + 1u], pairs[x + 2u], pairs[x + 3u]);
      let at = r * mergeStride + i % vectors;
      splitInto(leftPart + at, pairs[lower * pairStride + chunkSize] * a);
      splitInto(rightPart + at, unitLower4(upper, corner + c));
      splitInto(outerPart + at, -unitLower4(lower, corner + half + c));
    }
    workgroupBarrier(); // A10, X00 and -X11 are complete
    for (var job = subgroup; job < halfRows / tile * across; job += subgroups) {
      let row = job / across;
      let c = job % across * tileVectors;
      let corner = rightPart + row / across * half * mergeStride;
      let product = splitProduct(leftPart + row * tile * mergeStride, corner + c, across);
      subgroupMatrixStore<row_major>(&sums, row * tile * vectors + c, product, vectors);
    }
    workgroupBarrier(); // A10 X00 is complete, and X00 used
    for (var i = thread; i < halfRows * vectors; i += threads) {
      splitInto(rightPart + i / vectors * mergeStride + i % vectors, sums[i]);
    }
    workgroupBarrier(); // A10 X00 is complete as an operand
    for (var job = subgroup; job < halfRows / tile * across; job += subgroups) {
      let row = job / across;
      let c = job % across * tile;
      let pair = row / across;
      let product = splitProduct(
        outerPart + row * tile * mergeStride,
        rightPart + pair * half * mergeStride + c / 4u,
        across,
      );
      let i = (2u * pair + 1u) * half + row % across * tile;
      subgroupMatrixStore<row_major>(&pairs, i * pairStride + pair * 2u * half + c, product, pairStride);
    }
    workgroupBarrier(); // the merged block is read by the next merge
  }
}
