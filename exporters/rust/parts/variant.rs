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
