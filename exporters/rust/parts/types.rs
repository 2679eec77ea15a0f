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
