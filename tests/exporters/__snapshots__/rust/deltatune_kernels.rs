//! deltatune_kernels: tuned WGSL kernels and the numbers to dispatch them by. Generated; licence MIT.
//! Allocates nothing and needs no crate and no std.
#![allow(dead_code, non_snake_case)]

/// The most any variant has.
pub const MAX_WORDS: usize = 16;
pub const MAX_BUFFERS: usize = 7;
pub const MAX_CLASSES: usize = 3;

// Features a variant may need, as flags.

/// shader-f16
pub const SHADER_F16: u32 = 1;
/// subgroups
pub const SUBGROUPS: u32 = 2;
/// chromium-experimental-subgroup-matrix
pub const SUBGROUP_MATRIX: u32 = 4;
pub static FEATURE_NAMES: [&str; 3] = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix"];
pub static LIMIT_NAMES: [&str; 6] = ["maxComputeWorkgroupStorageSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupSizeX", "maxComputeWorkgroupSizeY", "maxComputeWorkgroupSizeZ", "maxStorageBuffersPerShaderStage"];

/// Sizes of a call by axis letter; a family looks at its own letters only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Axes {
    pub B: u64,
    pub C: u64,
    pub G: u64,
    pub H: u64,
    pub K: u64,
    pub N: u64,
    pub T: u64,
    pub V: u64,
}

/// What one binding holds in bytes, and the workgroups of one dimension.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub max_binding: u64,
    pub max_groups: u64,
}

/// Limits a variant may need, in the order of `LIMIT_NAMES`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub max_compute_workgroup_storage_size: u64,
    pub max_compute_invocations_per_workgroup: u64,
    pub max_compute_workgroup_size_x: u64,
    pub max_compute_workgroup_size_y: u64,
    pub max_compute_workgroup_size_z: u64,
    pub max_storage_buffers_per_shader_stage: u64,
}

/// A product of matrices of f16 summed in f32 that a subgroup computes: [M, K] x [K, N].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub M: u32,
    pub N: u32,
    pub K: u32,
}

/// The caller's device: fill it from `AdapterInfo`, `Limits` and the features it was made with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Device<'a> {
    /// PCI number; 0: by the name in `vendor`.
    pub vendor_id: u32,
    /// Names; empty: unknown.
    pub vendor: &'a str,
    pub architecture: &'a str,
    pub device: &'a str,
    pub description: &'a str,
    /// A CPU adapter.
    pub software: bool,
    /// WGSL is read by naga (wgpu), not by Tint (Dawn).
    pub naga: bool,
    /// `SHADER_F16 | ...`
    pub features: u32,
    pub limits: Limits,
    pub max_compute_workgroups_per_dimension: u64,
    pub max_storage_buffer_binding_size: u64,
    pub max_buffer_size: u64,
    /// 0: unknown.
    pub subgroup_min: u32,
    pub subgroup_max: u32,
    pub matrices: &'a [Matrix],
}

/// A device that variants were tuned on.
#[derive(Debug)]
pub struct Known {
    pub slug: &'static str,
    pub vendor: &'static str,
    pub architecture: &'static str,
    pub device: &'static str,
    pub description: &'static str,
    pub software: bool,
    pub naga: bool,
}

/// WGSL as the standard has it; `Text::lines` leaves out what naga refuses.
#[derive(Debug)]
pub struct Text {
    pub name: &'static str,
    pub code: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    F32,
    F16,
    U32,
    I32,
}

/// A state is read and written in place; scratch needs no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Input,
    Output,
    State,
    Scratch,
}

#[derive(Debug)]
pub struct Buffer {
    pub name: &'static str,
    pub dtype: Dtype,
    pub role: Role,
}

/// One word of a uniform block. Those of f32 hold the scale: the first number, or the caller's times the second.
#[derive(Debug)]
pub enum Param {
    U32(&'static str),
    F32(&'static str, f64, f64),
}

/// A storage buffer of @group(0), by its place among the variant's buffers.
#[derive(Debug)]
pub struct Binding {
    pub binding: u32,
    pub buffer: usize,
    pub writes: bool,
}

/// One dispatch in every round; its uniform block is @group(0) @binding(0).
#[derive(Debug)]
pub struct Pass {
    pub label: &'static str,
    pub entry_point: &'static str,
    pub text: &'static Text,
    pub workgroup_size: [u32; 3],
    pub workgroup_bytes: u32,
    pub params: &'static [Param],
    pub uniform_bytes: usize,
    pub bindings: &'static [Binding],
}

/// A dispatch with its numbers; words past the block's end are 0.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub pass: &'static Pass,
    pub workgroups: [u64; 3],
    pub words: [u32; MAX_WORDS],
}

/// Formulas of one or several variants.
pub struct Launch {
    /// 0, or the number of the first condition that fails.
    pub broken: fn(&Axes, &Bounds) -> usize,
    /// Elements of each buffer.
    pub lengths: fn(&Axes, &Bounds, &mut [u64]),
    pub steps: fn(&Axes, &Bounds, &mut Walk<'_>) -> bool,
}

pub struct Walk<'a> {
    passes: &'static [Pass],
    scale: Option<f64>,
    visit: &'a mut dyn FnMut(&Step) -> bool,
}

/// An axis; with `min == max` it must be just that.
pub struct Axis {
    pub name: &'static str,
    pub doc: &'static str,
    pub of: fn(&Axes) -> u64,
    pub min: u64,
    pub max: u64,
}

pub struct Variant {
    pub id: &'static str,
    pub source_hash: &'static str,
    /// Of `DEVICES`; none: tuned on none, runs everywhere.
    pub device: Option<usize>,
    /// The workload it won.
    pub bucket: Option<&'static str>,
    /// Why the time is of other code than the text here.
    pub stale: Option<&'static str>,
    /// One call on that device; 0: not timed.
    pub median_us: f64,
    pub mad_us: f64,
    pub error: f64,
    /// Largest RMS error ratio it is verified to.
    pub tolerance: f64,
    /// Upper ends of the bucket's size classes; empty: none.
    pub classes: &'static [u64],
    pub exact: &'static [Axis],
    /// Storage types of the caller's tensors, by name.
    pub storage: &'static [(&'static str, &'static str)],
    pub features: u32,
    pub limits: Limits,
    /// 0: any.
    pub subgroup_min: u32,
    pub subgroup_max: u32,
    pub matrices: &'static [Matrix],
    pub launch: &'static Launch,
    /// Its conditions, as text.
    pub holds: &'static [&'static str],
    pub buffers: &'static [Buffer],
    pub passes: &'static [Pass],
}

pub struct Family {
    pub name: &'static str,
    pub doc: &'static str,
    pub axes: &'static [Axis],
    /// What each size class counts.
    pub classes: fn(&Axes, &mut [u64]),
    pub class_count: usize,
    /// Storage types of the caller's tensors and what they may be; the first unless asked for.
    pub storage: &'static [(&'static str, &'static [&'static str])],
    pub variants: &'static [Variant],
}

// Arithmetic of formulas: unsigned 64 bits, no value below 0. What is divided by 0 is more than any limit.

fn div(a: u64, b: u64) -> u64 {
    a.checked_div(b).unwrap_or(u64::MAX)
}
fn modulo(a: u64, b: u64) -> u64 {
    a.checked_rem(b).unwrap_or(a)
}
fn ceil_div(a: u64, b: u64) -> u64 {
    if b == 0 {
        return u64::MAX;
    }
    a / b + u64::from(a % b != 0)
}
fn min(a: u64, b: u64) -> u64 {
    a.min(b)
}
fn max(a: u64, b: u64) -> u64 {
    a.max(b)
}
fn select(condition: u64, then: u64, otherwise: u64) -> u64 {
    if condition != 0 {
        then
    } else {
        otherwise
    }
}

/// Hands a pass with its numbers on, f32 words filled in.
fn take(walk: &mut Walk<'_>, at: usize, workgroups: [u64; 3], words: &[u64]) -> bool {
    let passes = walk.passes;
    let pass = &passes[at];
    let mut step = Step { pass, workgroups, words: [0; MAX_WORDS] };
    for (i, param) in pass.params.iter().enumerate() {
        step.words[i] = match *param {
            Param::U32(_) => words[i] as u32,
            Param::F32(_, value, per_scale) => {
                (walk.scale.map_or(value, |scale| scale * per_scale) as f32).to_bits()
            }
        };
    }
    (walk.visit)(&step)
}

// What each family's size classes count.

fn classes_kda_decode(axes: &Axes, sizes: &mut [u64]) {
    let N = axes.N;
    let H = axes.H;
    sizes[0] = N * H;
}

fn classes_mla_prefill(axes: &Axes, sizes: &mut [u64]) {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let C = axes.C;
    sizes[0] = T;
    sizes[1] = C;
    sizes[2] = B * H;
}

// Formulas: the conditions of a text, the lengths of its buffers, its dispatches.

fn broken_kda_decode_0(axes: &Axes, bounds: &Bounds) -> usize {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if u64::from(layers == 1) == 0 {
        return 1;
    }
    0
}
fn lengths_kda_decode_0(axes: &Axes, _: &Bounds, lengths: &mut [u64]) {
    let N = axes.N;
    let H = axes.H;
    let heads = N * H;
    lengths[0] = heads * 128;
    lengths[1] = heads * 128;
    lengths[2] = heads * 128;
    lengths[3] = heads * 128;
    lengths[4] = heads;
    lengths[5] = heads * 16384;
    lengths[6] = heads * 128;
}
fn steps_kda_decode_0(axes: &Axes, bounds: &Bounds, walk: &mut Walk<'_>) -> bool {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if !take(walk, 0, [4, ceil_div(heads, layers), layers], &[heads, 0 /* f32 */]) {
        return false;
    }
    true
}
static LAUNCH_KDA_DECODE_0: Launch =
    Launch { broken: broken_kda_decode_0, lengths: lengths_kda_decode_0, steps: steps_kda_decode_0 };

fn broken_kda_decode_1(axes: &Axes, bounds: &Bounds) -> usize {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if u64::from(layers == 1) == 0 {
        return 1;
    }
    0
}
fn lengths_kda_decode_1(axes: &Axes, _: &Bounds, lengths: &mut [u64]) {
    let N = axes.N;
    let H = axes.H;
    let heads = N * H;
    lengths[0] = heads * 128;
    lengths[1] = heads * 128;
    lengths[2] = heads * 128;
    lengths[3] = heads * 128;
    lengths[4] = heads;
    lengths[5] = heads * 16384;
    lengths[6] = heads * 128;
}
fn steps_kda_decode_1(axes: &Axes, bounds: &Bounds, walk: &mut Walk<'_>) -> bool {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if !take(walk, 0, [2, ceil_div(heads, layers), layers], &[heads, 0 /* f32 */]) {
        return false;
    }
    true
}
static LAUNCH_KDA_DECODE_1: Launch =
    Launch { broken: broken_kda_decode_1, lengths: lengths_kda_decode_1, steps: steps_kda_decode_1 };

fn broken_kda_decode_2(axes: &Axes, bounds: &Bounds) -> usize {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if u64::from(layers > 1) == 0 {
        return 1;
    }
    0
}
fn lengths_kda_decode_2(axes: &Axes, _: &Bounds, lengths: &mut [u64]) {
    let N = axes.N;
    let H = axes.H;
    let heads = N * H;
    lengths[0] = heads * 128;
    lengths[1] = heads * 128;
    lengths[2] = heads * 128;
    lengths[3] = heads * 128;
    lengths[4] = heads;
    lengths[5] = heads * 16384;
    lengths[6] = heads * 128;
}
fn steps_kda_decode_2(axes: &Axes, bounds: &Bounds, walk: &mut Walk<'_>) -> bool {
    let N = axes.N;
    let H = axes.H;
    let maxGroups = bounds.max_groups;
    let heads = N * H;
    let layers = ceil_div(heads, maxGroups);
    if !take(walk, 0, [2, ceil_div(heads, layers), layers], &[heads, 0 /* f32 */]) {
        return false;
    }
    true
}
static LAUNCH_KDA_DECODE_2: Launch =
    Launch { broken: broken_kda_decode_2, lengths: lengths_kda_decode_2, steps: steps_kda_decode_2 };

fn broken_mla_prefill_0(axes: &Axes, bounds: &Bounds) -> usize {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let maxBinding = bounds.max_binding;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    let most = div(128000000000, heads * 640);
    let isOne = u64::from(T * C + T * (T + 1) / 2 <= most);
    let enough = max(div(4096, heads), div(most, C + T));
    let joinable = div(maxBinding, heads * 512);
    let rows = max(select(isOne, T, min(enough, joinable)), 1);
    let size = min(rows, ceil_div(ceil_div(T, ceil_div(T, rows)), 128) * 128);
    let rest = T - (ceil_div(T, size) - 1) * size;
    let cut = select(isOne, 0, max(u64::from(C + T > max(128, div(most, rest))), u64::from(C + T - rest > max(128, div(most, min(size, T))))));
    if u64::from(modulo(H, kvHeads) == 0) == 0 {
        return 1;
    }
    if u64::from(cut == 0) == 0 {
        return 2;
    }
    0
}
fn lengths_mla_prefill_0(axes: &Axes, _: &Bounds, lengths: &mut [u64]) {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    lengths[0] = heads * T * 192;
    lengths[1] = B * (C + T) * kvHeads * 192;
    lengths[2] = B * (C + T) * kvHeads * 128;
    lengths[3] = heads * T * 128;
    lengths[4] = heads * T;
}
fn steps_mla_prefill_0(axes: &Axes, bounds: &Bounds, walk: &mut Walk<'_>) -> bool {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let maxBinding = bounds.max_binding;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    let most = div(128000000000, heads * 640);
    let isOne = u64::from(T * C + T * (T + 1) / 2 <= most);
    let enough = max(div(4096, heads), div(most, C + T));
    let joinable = div(maxBinding, heads * 512);
    let rows = max(select(isOne, T, min(enough, joinable)), 1);
    let size = min(rows, ceil_div(ceil_div(T, ceil_div(T, rows)), 128) * 128);
    for window in 0..ceil_div(T, size) {
        let first = window * size;
        let count = min(size, T - first);
        let met = C + first + count;
        let keys = met;
        for range in 0..ceil_div(met, keys) {
            let firstKey = range * keys;
            let rangeKeys = min(keys, met - firstKey);
            if !take(walk, 0, [H, ceil_div(count, 32), B], &[H, kvHeads, div(H, kvHeads), T, first, count, C + T, firstKey, rangeKeys, firstKey, C + first + 1, u64::from(range == 0), u64::from(firstKey + rangeKeys == met), 0 /* f32 */]) {
                return false;
            }
        }
    }
    true
}
static LAUNCH_MLA_PREFILL_0: Launch =
    Launch { broken: broken_mla_prefill_0, lengths: lengths_mla_prefill_0, steps: steps_mla_prefill_0 };

fn broken_mla_prefill_1(axes: &Axes, bounds: &Bounds) -> usize {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let maxBinding = bounds.max_binding;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    let most = div(128000000000, heads * 640);
    let isOne = u64::from(T * C + T * (T + 1) / 2 <= most);
    let enough = max(div(4096, heads), div(most, C + T));
    let joinable = div(maxBinding, heads * 512);
    let rows = max(select(isOne, T, min(enough, joinable)), 1);
    let size = min(rows, ceil_div(ceil_div(T, ceil_div(T, rows)), 128) * 128);
    let rest = T - (ceil_div(T, size) - 1) * size;
    let cut = select(isOne, 0, max(u64::from(C + T > max(128, div(most, rest))), u64::from(C + T - rest > max(128, div(most, min(size, T))))));
    if u64::from(modulo(H, kvHeads) == 0) == 0 {
        return 1;
    }
    if u64::from(cut == 1) == 0 {
        return 2;
    }
    0
}
fn lengths_mla_prefill_1(axes: &Axes, bounds: &Bounds, lengths: &mut [u64]) {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let maxBinding = bounds.max_binding;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    let most = div(128000000000, heads * 640);
    let isOne = u64::from(T * C + T * (T + 1) / 2 <= most);
    let enough = max(div(4096, heads), div(most, C + T));
    let joinable = div(maxBinding, heads * 512);
    let rows = max(select(isOne, T, min(enough, joinable)), 1);
    let size = min(rows, ceil_div(ceil_div(T, ceil_div(T, rows)), 128) * 128);
    lengths[0] = heads * T * 192;
    lengths[1] = B * (C + T) * kvHeads * 192;
    lengths[2] = B * (C + T) * kvHeads * 128;
    lengths[3] = heads * T * 128;
    lengths[4] = heads * T;
    lengths[5] = heads * min(size, T) * 128;
}
fn steps_mla_prefill_1(axes: &Axes, bounds: &Bounds, walk: &mut Walk<'_>) -> bool {
    let B = axes.B;
    let T = axes.T;
    let H = axes.H;
    let G = axes.G;
    let C = axes.C;
    let maxBinding = bounds.max_binding;
    let heads = B * H;
    let kvHeads = select(u64::from(G > 0), G, H);
    let most = div(128000000000, heads * 640);
    let isOne = u64::from(T * C + T * (T + 1) / 2 <= most);
    let enough = max(div(4096, heads), div(most, C + T));
    let joinable = div(maxBinding, heads * 512);
    let rows = max(select(isOne, T, min(enough, joinable)), 1);
    let size = min(rows, ceil_div(ceil_div(T, ceil_div(T, rows)), 128) * 128);
    for window in 0..ceil_div(T, size) {
        let first = window * size;
        let count = min(size, T - first);
        let met = C + first + count;
        let keys = min(max(128, div(most, count)), ceil_div(ceil_div(met, ceil_div(met, max(128, div(most, count)))), 128) * 128);
        for range in 0..ceil_div(met, keys) {
            let firstKey = range * keys;
            let rangeKeys = min(keys, met - firstKey);
            if !take(walk, 0, [H, ceil_div(count, 32), B], &[H, kvHeads, div(H, kvHeads), T, first, count, C + T, firstKey, rangeKeys, firstKey, C + first + 1, u64::from(range == 0), u64::from(firstKey + rangeKeys == met), 0 /* f32 */]) {
                return false;
            }
        }
    }
    true
}
static LAUNCH_MLA_PREFILL_1: Launch =
    Launch { broken: broken_mla_prefill_1, lengths: lengths_mla_prefill_1, steps: steps_mla_prefill_1 };

// WGSL, as the standard has it.

pub static TEXT_0: Text = Text {
    name: "kda_decode/K128_V128_tileV-32/step.wgsl",
    code: r#"// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
[cut]
};

pub static TEXT_1: Text = Text {
    name: "kda_decode/K128_V128/step.wgsl",
    code: r#"// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
[cut]
};

pub static TEXT_2: Text = Text {
    name: "kda_decode/K128_V128/step_2.wgsl",
    code: r#"// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
[cut]
};

pub static TEXT_3: Text = Text {
    name: "kda_decode/K128_V128_stateLayout-VK/step.wgsl",
    code: r#"// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
[cut]
};

pub static TEXT_4: Text = Text {
    name: "kda_decode/K128_V128_stateLayout-VK/step_2.wgsl",
    code: r#"// delta_decode / step_layout: sizes of the step, and what a caller sets.

const K: u32 = 128u;             // key channels of a head
[cut]
};

pub static TEXT_5: Text = Text {
    name: "kda_decode/K128_V128_stateElem-f16/step.wgsl",
    code: r#"enable f16;
// delta_decode / step_layout: sizes of the step, and what a caller sets.

[cut]
};

pub static TEXT_6: Text = Text {
    name: "kda_decode/K128_V128_stateElem-f16/step_2.wgsl",
    code: r#"enable f16;
// delta_decode / step_layout: sizes of the step, and what a caller sets.

[cut]
};

pub static TEXT_7: Text = Text {
    name: "kda_decode/K128_V128_stateElem-f16_stateLayout-VK/step.wgsl",
    code: r#"enable f16;
// delta_decode / step_layout: sizes of the step, and what a caller sets.

[cut]
};

pub static TEXT_8: Text = Text {
    name: "kda_decode/K128_V128_stateElem-f16_stateLayout-VK/step_2.wgsl",
    code: r#"enable f16;
// delta_decode / step_layout: sizes of the step, and what a caller sets.

[cut]
};

pub static TEXT_9: Text = Text {
    name: "mla_prefill/K192_V128/attend.wgsl",
    code: r#"// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks
[cut]
};

pub static TEXT_10: Text = Text {
    name: "mla_prefill/K192_V128/attend_2.wgsl",
    code: r#"// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks
[cut]
};

pub static TEXT_11: Text = Text {
    name: "mla_prefill/K192_V128_io-f32/attend.wgsl",
    code: r#"// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks
[cut]
};

pub static TEXT_12: Text = Text {
    name: "mla_prefill/K192_V128_io-f32/attend_2.wgsl",
    code: r#"// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.
//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)
// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks
[cut]
};

// Devices, families, variants.

/// Devices that variants were tuned on.
pub static DEVICES: [Known; 1] = [
    Known { slug: "builtin_nvidia_hopper_2330", vendor: "nvidia", architecture: "hopper", device: "2330", description: "NVIDIA H100 80GB HBM3", software: false, naga: true },
];

static KDA_DECODE_0_EXACT: [Axis; 2] = [
    Axis { name: "K", doc: "", of: |axes| axes.K, min: 128, max: 128 },
    Axis { name: "V", doc: "", of: |axes| axes.V, min: 128, max: 128 },
];

static KDA_DECODE_0_BUFFERS: [Buffer; 7] = [
    Buffer { name: "q", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "g", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "beta", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "state", dtype: Dtype::F32, role: Role::State },
    Buffer { name: "o", dtype: Dtype::F32, role: Role::Output },
];

static KDA_DECODE_0_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_0, workgroup_size: [128, 1, 1], workgroup_bytes: 5952, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_1_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_1, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_2_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_2, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_3_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_3, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_4_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_4, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_5_BUFFERS: [Buffer; 7] = [
    Buffer { name: "q", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "g", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "beta", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "state", dtype: Dtype::F16, role: Role::State },
    Buffer { name: "o", dtype: Dtype::F32, role: Role::Output },
];

static KDA_DECODE_5_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_5, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_6_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_6, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_7_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_7, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

static KDA_DECODE_8_PASSES: [Pass; 1] = [
    Pass { label: "step", entry_point: "main", text: &TEXT_8, workgroup_size: [256, 1, 1], workgroup_bytes: 10304, params: &[Param::U32("heads"), Param::F32("scale", 0.08838834764831845, 1.0)], uniform_bytes: 16, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: false }, Binding { binding: 5, buffer: 4, writes: false }, Binding { binding: 6, buffer: 5, writes: true }, Binding { binding: 7, buffer: 6, writes: true }] },
];

/// Kimi Delta Attention, one token for N sequences.
pub static KDA_DECODE: Family = Family {
    name: "kda_decode",
    doc: "Kimi Delta Attention, one token for N sequences",
    axes: &[
        Axis { name: "N", doc: "sequences", of: |axes| axes.N, min: 1, max: 1048576 },
        Axis { name: "H", doc: "heads", of: |axes| axes.H, min: 1, max: 1024 },
        Axis { name: "K", doc: "key channels of a head", of: |axes| axes.K, min: 64, max: 128 },
        Axis { name: "V", doc: "value channels of a head", of: |axes| axes.V, min: 64, max: 128 },
    ],
    classes: classes_kda_decode,
    class_count: 1,
    storage: &[("stateElem", &["f32", "f16"]), ("stateLayout", &["KV", "VK"])],
    variants: &[
        Variant {
            id: "kda_decode:stateElem=f32;stateLayout=KV;tileV=32;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: Some(0),
            bucket: Some("kda_decode@NH<=256,K=128,V=128,stateElem=f32,stateLayout=KV"),
            stale: None,
            median_us: 12.0, mad_us: 0.1, error: 0.000001,
            tolerance: 0.00001,
            classes: &[256],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f32"), ("stateLayout", "KV")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 5952, max_compute_invocations_per_workgroup: 128, max_compute_workgroup_size_x: 128, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_0,
            holds: &["layers == 1"],
            buffers: &KDA_DECODE_0_BUFFERS,
            passes: &KDA_DECODE_0_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f32;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f32"), ("stateLayout", "KV")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_1,
            holds: &["layers == 1"],
            buffers: &KDA_DECODE_0_BUFFERS,
            passes: &KDA_DECODE_1_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f32;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f32"), ("stateLayout", "KV")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_2,
            holds: &["layers > 1"],
            buffers: &KDA_DECODE_0_BUFFERS,
            passes: &KDA_DECODE_2_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f32;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f32"), ("stateLayout", "VK")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_1,
            holds: &["layers == 1"],
            buffers: &KDA_DECODE_0_BUFFERS,
            passes: &KDA_DECODE_3_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f32;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f32"), ("stateLayout", "VK")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_2,
            holds: &["layers > 1"],
            buffers: &KDA_DECODE_0_BUFFERS,
            passes: &KDA_DECODE_4_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f16;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f16"), ("stateLayout", "KV")],
            features: SHADER_F16,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_1,
            holds: &["layers == 1"],
            buffers: &KDA_DECODE_5_BUFFERS,
            passes: &KDA_DECODE_5_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f16;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f16"), ("stateLayout", "KV")],
            features: SHADER_F16,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_2,
            holds: &["layers > 1"],
            buffers: &KDA_DECODE_5_BUFFERS,
            passes: &KDA_DECODE_6_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f16;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f16"), ("stateLayout", "VK")],
            features: SHADER_F16,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_1,
            holds: &["layers == 1"],
            buffers: &KDA_DECODE_5_BUFFERS,
            passes: &KDA_DECODE_7_PASSES,
        },
        Variant {
            id: "kda_decode:stateElem=f16;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true",
            source_hash: "41985e3ee62a0f7a",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &KDA_DECODE_0_EXACT,
            storage: &[("stateElem", "f16"), ("stateLayout", "VK")],
            features: SHADER_F16,
            limits: Limits { max_compute_workgroup_storage_size: 10304, max_compute_invocations_per_workgroup: 256, max_compute_workgroup_size_x: 256, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 7 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_KDA_DECODE_2,
            holds: &["layers > 1"],
            buffers: &KDA_DECODE_5_BUFFERS,
            passes: &KDA_DECODE_8_PASSES,
        },
    ],
};

static MLA_PREFILL_0_EXACT: [Axis; 2] = [
    Axis { name: "K", doc: "", of: |axes| axes.K, min: 192, max: 192 },
    Axis { name: "V", doc: "", of: |axes| axes.V, min: 128, max: 128 },
];

static MLA_PREFILL_0_BUFFERS: [Buffer; 5] = [
    Buffer { name: "q", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "o", dtype: Dtype::F16, role: Role::Output },
    Buffer { name: "lse", dtype: Dtype::F32, role: Role::Output },
];

static MLA_PREFILL_0_PASSES: [Pass; 1] = [
    Pass { label: "attend", entry_point: "main", text: &TEXT_9, workgroup_size: [64, 1, 1], workgroup_bytes: 7168, params: &[Param::U32("heads"), Param::U32("kvHeads"), Param::U32("headsPerKv"), Param::U32("tokens"), Param::U32("firstToken"), Param::U32("rows"), Param::U32("keys"), Param::U32("firstKey"), Param::U32("rangeKeys"), Param::U32("before"), Param::U32("seen"), Param::U32("isFirst"), Param::U32("isLast"), Param::F32("scale", 0.10411754627697264, 1.4426950408889634)], uniform_bytes: 64, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: true }, Binding { binding: 5, buffer: 4, writes: true }] },
];

static MLA_PREFILL_1_BUFFERS: [Buffer; 6] = [
    Buffer { name: "q", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F16, role: Role::Input },
    Buffer { name: "o", dtype: Dtype::F16, role: Role::Output },
    Buffer { name: "lse", dtype: Dtype::F32, role: Role::Output },
    Buffer { name: "joined", dtype: Dtype::F32, role: Role::Scratch },
];

static MLA_PREFILL_1_PASSES: [Pass; 1] = [
    Pass { label: "attend", entry_point: "main", text: &TEXT_10, workgroup_size: [64, 1, 1], workgroup_bytes: 7168, params: &[Param::U32("heads"), Param::U32("kvHeads"), Param::U32("headsPerKv"), Param::U32("tokens"), Param::U32("firstToken"), Param::U32("rows"), Param::U32("keys"), Param::U32("firstKey"), Param::U32("rangeKeys"), Param::U32("before"), Param::U32("seen"), Param::U32("isFirst"), Param::U32("isLast"), Param::F32("scale", 0.10411754627697264, 1.4426950408889634)], uniform_bytes: 64, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: true }, Binding { binding: 5, buffer: 4, writes: true }, Binding { binding: 6, buffer: 5, writes: true }] },
];

static MLA_PREFILL_2_BUFFERS: [Buffer; 5] = [
    Buffer { name: "q", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "o", dtype: Dtype::F32, role: Role::Output },
    Buffer { name: "lse", dtype: Dtype::F32, role: Role::Output },
];

static MLA_PREFILL_2_PASSES: [Pass; 1] = [
    Pass { label: "attend", entry_point: "main", text: &TEXT_11, workgroup_size: [64, 1, 1], workgroup_bytes: 7168, params: &[Param::U32("heads"), Param::U32("kvHeads"), Param::U32("headsPerKv"), Param::U32("tokens"), Param::U32("firstToken"), Param::U32("rows"), Param::U32("keys"), Param::U32("firstKey"), Param::U32("rangeKeys"), Param::U32("before"), Param::U32("seen"), Param::U32("isFirst"), Param::U32("isLast"), Param::F32("scale", 0.10411754627697264, 1.4426950408889634)], uniform_bytes: 64, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: true }, Binding { binding: 5, buffer: 4, writes: true }] },
];

static MLA_PREFILL_3_BUFFERS: [Buffer; 6] = [
    Buffer { name: "q", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "k", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "v", dtype: Dtype::F32, role: Role::Input },
    Buffer { name: "o", dtype: Dtype::F32, role: Role::Output },
    Buffer { name: "lse", dtype: Dtype::F32, role: Role::Output },
    Buffer { name: "joined", dtype: Dtype::F32, role: Role::Scratch },
];

static MLA_PREFILL_3_PASSES: [Pass; 1] = [
    Pass { label: "attend", entry_point: "main", text: &TEXT_12, workgroup_size: [64, 1, 1], workgroup_bytes: 7168, params: &[Param::U32("heads"), Param::U32("kvHeads"), Param::U32("headsPerKv"), Param::U32("tokens"), Param::U32("firstToken"), Param::U32("rows"), Param::U32("keys"), Param::U32("firstKey"), Param::U32("rangeKeys"), Param::U32("before"), Param::U32("seen"), Param::U32("isFirst"), Param::U32("isLast"), Param::F32("scale", 0.10411754627697264, 1.4426950408889634)], uniform_bytes: 64, bindings: &[Binding { binding: 1, buffer: 0, writes: false }, Binding { binding: 2, buffer: 1, writes: false }, Binding { binding: 3, buffer: 2, writes: false }, Binding { binding: 4, buffer: 3, writes: true }, Binding { binding: 5, buffer: 4, writes: true }, Binding { binding: 6, buffer: 5, writes: true }] },
];

/// Causal attention over whole sequences, after a cached prefix: MLA's expanded heads, MHA and GQA.
pub static MLA_PREFILL: Family = Family {
    name: "mla_prefill",
    doc: "Causal attention over whole sequences, after a cached prefix: MLA's expanded heads, MHA and GQA",
    axes: &[
        Axis { name: "B", doc: "Sequences", of: |axes| axes.B, min: 1, max: 4096 },
        Axis { name: "T", doc: "Queries of each sequence", of: |axes| axes.T, min: 1, max: 1048576 },
        Axis { name: "H", doc: "Heads", of: |axes| axes.H, min: 1, max: 1024 },
        Axis { name: "G", doc: "KV heads, a divisor of H; 0 for as many as heads", of: |axes| axes.G, min: 0, max: 1024 },
        Axis { name: "K", doc: "Channels of a query or key", of: |axes| axes.K, min: 64, max: 192 },
        Axis { name: "V", doc: "Channels of a value", of: |axes| axes.V, min: 64, max: 128 },
        Axis { name: "C", doc: "Cached keys before the first query", of: |axes| axes.C, min: 0, max: 1048576 },
    ],
    classes: classes_mla_prefill,
    class_count: 3,
    storage: &[("io", &["f16", "f32"])],
    variants: &[
        Variant {
            id: "mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: Some(0),
            bucket: Some("mla_prefill@C<=0,T<=4096,NH<=32,G=0,K=192,V=128,io=f16"),
            stale: None,
            median_us: 9000.0, mad_us: 0.1, error: 0.000001,
            tolerance: 0.002,
            classes: &[4096, 0, 32],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f16")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 5 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_0,
            holds: &["H % kvHeads == 0", "cut == 0"],
            buffers: &MLA_PREFILL_0_BUFFERS,
            passes: &MLA_PREFILL_0_PASSES,
        },
        Variant {
            id: "mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: Some(0),
            bucket: Some("mla_prefill@C<=0,T<=4096,NH<=32,G=0,K=192,V=128,io=f16"),
            stale: None,
            median_us: 9000.0, mad_us: 0.1, error: 0.000001,
            tolerance: 0.002,
            classes: &[4096, 0, 32],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f16")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 6 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_1,
            holds: &["H % kvHeads == 0", "cut == 1"],
            buffers: &MLA_PREFILL_1_BUFFERS,
            passes: &MLA_PREFILL_1_PASSES,
        },
        Variant {
            id: "mla_prefill:formulation=fma;io=f32;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f32")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 5 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_0,
            holds: &["H % kvHeads == 0", "cut == 0"],
            buffers: &MLA_PREFILL_2_BUFFERS,
            passes: &MLA_PREFILL_2_PASSES,
        },
        Variant {
            id: "mla_prefill:formulation=fma;io=f32;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.00001,
            classes: &[],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f32")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 6 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_1,
            holds: &["H % kvHeads == 0", "cut == 1"],
            buffers: &MLA_PREFILL_3_BUFFERS,
            passes: &MLA_PREFILL_3_PASSES,
        },
        Variant {
            id: "mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f16")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 5 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_0,
            holds: &["H % kvHeads == 0", "cut == 0"],
            buffers: &MLA_PREFILL_0_BUFFERS,
            passes: &MLA_PREFILL_0_PASSES,
        },
        Variant {
            id: "mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true",
            source_hash: "b3e89ec786b5a356",
            device: None,
            bucket: None,
            stale: None,
            median_us: 0.0, mad_us: 0.0, error: 0.0,
            tolerance: 0.002,
            classes: &[],
            exact: &MLA_PREFILL_0_EXACT,
            storage: &[("io", "f16")],
            features: 0,
            limits: Limits { max_compute_workgroup_storage_size: 7168, max_compute_invocations_per_workgroup: 64, max_compute_workgroup_size_x: 64, max_compute_workgroup_size_y: 1, max_compute_workgroup_size_z: 1, max_storage_buffers_per_shader_stage: 6 },
            subgroup_min: 0, subgroup_max: 0, matrices: &[],
            launch: &LAUNCH_MLA_PREFILL_1,
            holds: &["H % kvHeads == 0", "cut == 1"],
            buffers: &MLA_PREFILL_1_BUFFERS,
            passes: &MLA_PREFILL_1_PASSES,
        },
    ],
};

/// Every family.
pub static FAMILIES: [&Family; 2] = [&KDA_DECODE, &MLA_PREFILL];

// The driver: which variant serves a shape on a device, its buffers, its dispatches, its WGSL.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The family has no such storage type.
    NoStorage,
    /// No variant of that id.
    NoVariant,
    /// `what`: the axis; `needs`: its bound; `has`: its size.
    BadAxis,
    /// No variant runs on the device; `what`: why the last one doesn't.
    NoDevice,
    /// No variant serves the sizes; `what`: why the first one doesn't, an axis, a condition or a buffer.
    NoSizes,
    /// A dispatch has more workgroups than the device takes; `what`: its pass.
    NoGroups,
}

/// How near the device is on which the variant was tuned, the nearest first; other: asked for by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    Adapter,
    Architecture,
    Vendor,
    Portable,
    Other,
}

/// What is asked for beside the sizes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// Where the caller's tensors are not of the family's first storage types, by name.
    pub storage: &'a [(&'a str, &'a str)],
    /// The only id to choose from, whatever device it was tuned on; it brings its storage types.
    pub variant: Option<&'a str>,
}

/// The variant that serves a call.
#[derive(Clone, Copy)]
pub struct Choice {
    pub variant: &'static Variant,
    pub rung: Rung,
}

/// Why none does, and which variant that is said of.
#[derive(Clone, Copy)]
pub struct Refusal {
    pub status: Status,
    pub variant: Option<&'static Variant>,
    pub what: &'static str,
    pub needs: u64,
    pub has: u64,
}

/// The family of that name.
pub fn family_named(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().copied().find(|family| family.name == name)
}

impl Device<'_> {
    fn bounds(&self) -> Bounds {
        Bounds {
            max_binding: self.max_storage_buffer_binding_size.min(self.max_buffer_size),
            max_groups: self.max_compute_workgroups_per_dimension,
        }
    }

    /// By its PCI number, else by its name.
    fn vendor_name(&self) -> &str {
        match self.vendor_id {
            0x1002 => "amd",
            0x106b => "apple",
            0x10de => "nvidia",
            0x13b5 => "arm",
            0x1414 => "microsoft",
            0x1ae0 => "google",
            0x5143 => "qualcomm",
            0x8086 => "intel",
            0x10005 => "mesa",
            _ => self.vendor,
        }
    }
}

/// Whether names agree in letters and digits, as in "NVIDIA H200" and "nvidia-h200"; never where there are none.
fn same_name(a: &str, b: &str) -> bool {
    let mut a = a.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut b = b.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut is_start = true;
    loop {
        match (a.next(), b.next()) {
            (None, None) => return !is_start,
            (Some(x), Some(y)) if x.eq_ignore_ascii_case(y) => is_start = false,
            _ => return false,
        }
    }
}

/// How near a tuned device is to the caller's; none: it says nothing about it.
fn rung_of(known: &Known, own: &Device<'_>) -> Option<Rung> {
    let vendor = own.vendor_name();
    let no_vendor = known.vendor.is_empty() && vendor.is_empty();
    if known.software != own.software || !(no_vendor || same_name(known.vendor, vendor)) {
        return None;
    }
    let is_named = |name: &str| same_name(name, own.device) || same_name(name, own.description);
    if is_named(known.description) || is_named(known.device) {
        return Some(Rung::Adapter);
    }
    if no_vendor {
        return None;
    }
    let is_built_alike = same_name(known.architecture, own.architecture);
    Some(if is_built_alike { Rung::Architecture } else { Rung::Vendor })
}

impl Limits {
    fn listed(&self) -> [u64; 6] {
        [
            self.max_compute_workgroup_storage_size,
            self.max_compute_invocations_per_workgroup,
            self.max_compute_workgroup_size_x,
            self.max_compute_workgroup_size_y,
            self.max_compute_workgroup_size_z,
            self.max_storage_buffers_per_shader_stage,
        ]
    }
}

/// The first axis out of its range: its name, the bound it passes, its size.
fn axis_outside(list: &'static [Axis], axes: &Axes) -> Option<(&'static str, u64, u64)> {
    list.iter().find_map(|axis| {
        let size = (axis.of)(axes);
        let bound = if size < axis.min { axis.min } else { axis.max };
        if size >= axis.min && size <= axis.max {
            None
        } else {
            Some((axis.name, bound, size))
        }
    })
}

impl Variant {
    /// Bytes of each of its buffers: whole words.
    pub fn buffer_bytes(&self, device: &Device<'_>, axes: &Axes) -> [u64; MAX_BUFFERS] {
        let mut bytes = [0; MAX_BUFFERS];
        (self.launch.lengths)(axes, &device.bounds(), &mut bytes);
        for (bytes, buffer) in bytes.iter_mut().zip(self.buffers) {
            let size = if buffer.dtype == Dtype::F16 { 2 } else { 4 };
            *bytes = max(4, ceil_div(*bytes * size, 4) * 4);
        }
        bytes
    }

    /// Every dispatch of a call, in order, until `visit` returns false; returns whether it never did. `scale`: the
    /// factor on q or on the scores; none: the family's own. It must be the variant that `Family::choose` gave for
    /// these sizes and this device.
    pub fn dispatches(
        &'static self,
        device: &Device<'_>,
        axes: &Axes,
        scale: Option<f64>,
        visit: &mut dyn FnMut(&Step) -> bool,
    ) -> bool {
        let mut walk = Walk { passes: self.passes, scale, visit };
        (self.launch.steps)(axes, &device.bounds(), &mut walk)
    }

    /// Why it can't run on a device: what is missing, how much it needs and how much is there.
    fn refusal_of(&self, own: &Device<'_>) -> Option<(&'static str, u64, u64)> {
        let missing = self.features & !own.features;
        if missing != 0 {
            return Some((FEATURE_NAMES[missing.trailing_zeros() as usize], 0, 0));
        }
        let (needs, has) = (self.limits.listed(), own.limits.listed());
        if let Some(i) = (0..needs.len()).find(|&i| needs[i] > has[i]) {
            return Some((LIMIT_NAMES[i], needs[i], has[i]));
        }
        let is_other = self.subgroup_min != own.subgroup_min || self.subgroup_max != own.subgroup_max;
        if self.subgroup_max != 0 && is_other {
            return Some(("subgroup sizes", self.subgroup_max.into(), own.subgroup_max.into()));
        }
        if !self.matrices.iter().all(|wanted| own.matrices.contains(wanted)) {
            return Some(("matrix shapes", 0, 0));
        }
        None
    }

    /// Why it doesn't serve the sizes.
    fn misfit_of(&self, device: &Device<'_>, axes: &Axes) -> Option<(&'static str, u64, u64)> {
        let bounds = device.bounds();
        if let Some(outside) = axis_outside(self.exact, axes) {
            return Some(outside);
        }
        let broken = (self.launch.broken)(axes, &bounds);
        if broken > 0 {
            return Some((self.holds[broken - 1], 0, 0));
        }
        let bytes = self.buffer_bytes(device, axes);
        let large = (0..self.buffers.len()).find(|&i| bytes[i] > bounds.max_binding);
        large.map(|i| (self.buffers[i].name, bytes[i], bounds.max_binding))
    }
}

/// Steps of powers of two to the next one not below.
fn ceil_log2(size: u64) -> u64 {
    if size <= 1 {
        return 0;
    }
    u64::from(64 - (size - 1).leading_zeros())
}

impl Family {
    /// Steps of powers of two between a variant's bucket and a shape.
    fn distance(&self, variant: &Variant, axes: &Axes) -> u64 {
        let mut sizes = [0; MAX_CLASSES];
        (self.classes)(axes, &mut sizes);
        let steps = |(&end, &size): (&u64, &u64)| {
            let (a, b) = (ceil_log2(size), ceil_log2(end));
            max(a, b) - min(a, b)
        };
        variant.classes.iter().zip(&sizes).map(steps).sum()
    }

    /// The value asked for of a storage type, else the first; none: any, which a variant asked for by its id brings.
    fn wanted<'a>(&self, request: &Request<'a>, at: usize) -> Option<&'a str> {
        let (name, values) = self.storage[at];
        let first = if request.variant.is_some() { None } else { Some(values[0]) };
        request.storage.iter().find(|asked| asked.0 == name).map_or(first, |asked| Some(asked.1))
    }

    fn is_stored(&self, variant: &Variant, request: &Request<'_>) -> bool {
        (0..self.storage.len()).all(|at| {
            let wanted = self.wanted(request, at);
            let is_wanted = |value| wanted.map_or(true, |wanted| wanted == value);
            variant.storage.iter().any(|&(name, value)| name == self.storage[at].0 && is_wanted(value))
        })
    }

    /// The variant that serves the sizes on the device: tuned on the nearest device, then for the nearest workload,
    /// then with the same WGSL front end. Letters the family has no axis for are not looked at.
    pub fn choose(
        &'static self,
        device: &Device<'_>,
        axes: &Axes,
        request: &Request<'_>,
    ) -> Result<Choice, Refusal> {
        let refuse = |status, variant, (what, needs, has)| Err(Refusal { status, variant, what, needs, has });
        for (name, value) in request.storage {
            if !self.storage.iter().any(|(known, values)| known == name && values.contains(value)) {
                return refuse(Status::NoStorage, None, ("storage", 0, 0));
            }
        }
        let outside = axis_outside(self.axes, axes);
        let mut best: Option<((Rung, u64, bool), &'static Variant)> = None;
        let mut unable = (None, ("storage", 0, 0));
        let mut misfit = None;
        let (mut is_there, mut can_run) = (false, false);
        for variant in self.variants {
            if request.variant.map_or(false, |id| id != variant.id) {
                continue;
            }
            is_there = true;
            if !self.is_stored(variant, request) {
                continue;
            }
            let known = variant.device.map(|at| &DEVICES[at]);
            let pinned = request.variant.map(|_| Rung::Other);
            let near = known.map_or(Some(Rung::Portable), |known| rung_of(known, device).or(pinned));
            let rung = match (near, variant.refusal_of(device)) {
                (None, _) => {
                    unable = (Some(variant), ("vendor", 0, 0));
                    continue;
                }
                (_, Some(reason)) => {
                    unable = (Some(variant), reason);
                    continue;
                }
                (Some(rung), None) => rung,
            };
            can_run = true;
            if outside.is_some() {
                continue; // formulas are of sizes in range
            }
            if let Some(reason) = variant.misfit_of(device, axes) {
                misfit = misfit.or(Some((Some(variant), reason)));
                continue;
            }
            let is_other_engine = known.map_or(true, |known| known.naga != device.naga);
            let order = (rung, self.distance(variant, axes), is_other_engine);
            if best.map_or(true, |(least, _)| order < least) {
                best = Some((order, variant));
            }
        }
        let ((rung, _, _), variant) = match best {
            Some(found) => found,
            None if !is_there => return refuse(Status::NoVariant, None, ("variant", 0, 0)),
            None if !can_run => return refuse(Status::NoDevice, unable.0, unable.1),
            None => {
                return match (outside, misfit) {
                    (Some(outside), _) => refuse(Status::BadAxis, None, outside),
                    (None, Some((variant, reason))) => refuse(Status::NoSizes, variant, reason),
                    (None, None) => refuse(Status::NoSizes, None, ("sizes", 0, 0)),
                }
            }
        };
        let most = device.max_compute_workgroups_per_dimension;
        let mut too_many = None;
        variant.dispatches(device, axes, None, &mut |step| {
            let [x, y, z] = step.workgroups;
            let groups = max(x, max(y, z));
            if groups > most {
                too_many = Some((step.pass.label, groups, most));
            }
            too_many.is_none()
        });
        match too_many {
            Some(reason) => refuse(Status::NoGroups, Some(variant), reason),
            None => Ok(Choice { variant, rung }),
        }
    }
}

/// Whether a line of WGSL is one the standard demands and naga refuses: subgroups need no `enable` there.
pub fn is_standard_only(line: &str) -> bool {
    let line = line.trim_end_matches('\n');
    line == "enable subgroups;" || line == "diagnostic(off, subgroup_uniformity);"
}

impl Text {
    /// Its lines, each with its end; for naga, those it refuses are empty. Collect them into a `String`.
    pub fn lines(&self, naga: bool) -> impl Iterator<Item = &'static str> {
        self.code
            .split_inclusive('\n')
            .map(move |line| if naga && is_standard_only(line) { "\n" } else { line })
    }
}
