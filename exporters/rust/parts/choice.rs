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
