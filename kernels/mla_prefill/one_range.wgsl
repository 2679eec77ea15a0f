// mla_prefill / one_range: the window's only range of keys, whose answer is the answer.

// What a range's own outputs and the earlier ranges' outputs count for in the answer, and the answer's lse.
struct Share {
  own: f32,
  earlier: f32,
  lse: f32,
}

fn shareOf(at: u32, own: f32) -> Share {
  return Share(1.0, 0.0, own);
}

// Writes a unit of a range's own outputs, already multiplied by their share.
fn writeUnit(block: Block, row: u32, unit: u32, values: vec4<f32>, earlier: f32) {
  o[queryRow(block, row) * valueUnits + unit] = narrow(values);
}
