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
