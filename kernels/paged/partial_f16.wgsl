// paged / partial_f16: a split's share of o in halves: divided by the sum of its weights, it is no larger than the
// values it averages.

@group(0) @binding(5) var<storage, read_write> o: array<vec4<u32>>; // [N, H, splits, V / 8]

fn writeUnit(at: u32, low: vec4<f32>, high: vec4<f32>) {
  o[at] = vec4<u32>(
    pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));
}
