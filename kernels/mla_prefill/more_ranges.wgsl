// mla_prefill / more_ranges: one of several ranges of a window's keys, joined with the earlier ones by log-sum-exp.
//   L = ln(exp(a) + exp(b))     o = exp(a - L) o_a + exp(b - L) o_b     a range a query sees nothing of has weight 0
// lse of the ranges so far is in lse, their o in joined, in f32 until the last range writes it out.

@group(0) @binding(6) var<storage, read_write> joined: array<vec4<f32>>; // [B, rows, H, valueUnits]

// What a range's own outputs and the earlier ranges' outputs count for in the answer, and the answer's lse.
struct Share {
  own: f32,
  earlier: f32,
  lse: f32,
}

fn shareOf(at: u32, own: f32) -> Share {
  if (params.isFirst == 1u) {
    return Share(1.0, 0.0, own);
  }
  let earlier = lse[at];
  let best = max(own, earlier);
  let weights = exp(vec2<f32>(own, earlier) - best);
  let total = weights.x + weights.y;
  return Share(weights.x / total, weights.y / total, best + log(total));
}

// Writes a unit of a range's own outputs, already multiplied by their share.
fn writeUnit(block: Block, row: u32, unit: u32, values: vec4<f32>, earlier: f32) {
  let at = ((block.sequence * params.rows + row) * params.heads + block.head) * valueUnits + unit;
  var sum = values;
  if (params.isFirst == 0u) {
    sum += earlier * joined[at];
  }
  if (params.isLast == 1u) {
    o[queryRow(block, row) * valueUnits + unit] = narrow(sum);
  } else {
    joined[at] = sum;
  }
}
