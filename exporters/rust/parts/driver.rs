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

/// How near the device is on which the variant was tuned, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    Adapter,
    Architecture,
    Vendor,
    Portable,
}

/// What is asked for beside the sizes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// Where the caller's tensors are not of the family's first storage types, by name.
    pub storage: &'a [(&'a str, &'a str)],
    /// The only id to choose from, whatever device it was tuned on.
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

    /// The value asked for of a storage type, else the first.
    fn wanted<'a>(&self, request: &Request<'a>, at: usize) -> &'a str {
        let (name, values) = self.storage[at];
        request.storage.iter().find(|asked| asked.0 == name).map_or(values[0], |asked| asked.1)
    }

    fn is_stored(&self, variant: &Variant, request: &Request<'_>) -> bool {
        (0..self.storage.len()).all(|at| {
            let wanted = (self.storage[at].0, self.wanted(request, at));
            variant.storage.iter().any(|&setting| setting == wanted)
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
            let pinned = request.variant.map(|_| Rung::Vendor);
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
