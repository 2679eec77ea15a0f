// paged / write_sum: what remains of a head's weights: lse where there is one split, else the maximum (base 2) its share's
// weights are relative to and their sum. Returns what o is to be multiplied by.
fn writeSum(row: u32, split: u32, maximum: f32, sum: f32) -> f32 {
  if (params.splits > 1u) {
    lse[(row * params.splits + split) * 2u] = maximum;
    lse[(row * params.splits + split) * 2u + 1u] = sum;
  } else {
    lse[row] = select(emptyLse, (maximum + log2(sum)) * 0.69314718, sum > 0.0);
  }
  return select(0.0, 1.0 / sum, sum > 0.0);
}
