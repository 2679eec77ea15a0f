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
