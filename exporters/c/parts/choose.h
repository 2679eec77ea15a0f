/* Ends at a dispatch of more workgroups than choice->has. */
static inline int dt_has_too_many(const dt_step *step, void *user) {
  dt_choice *choice = (dt_choice *)user;
  choice->what = step->pass->label;
  choice->needs = dt_max(step->workgroups[0], dt_max(step->workgroups[1], step->workgroups[2]));
  return choice->needs > choice->has;
}

/* The variant that serves the sizes on the device: tuned on the nearest device, then for the nearest workload, then
   with the same WGSL front end. Letters the family has no axis for are not looked at. */
static inline dt_status dt_choose(const dt_family *family, const dt_device *device, const dt_axes *axes,
                                  const dt_request *request, dt_choice *choice) {
  const char *pinned = request ? request->variant : NULL;
  const dt_variant *best = NULL;
  dt_choice outside, why;
  int best_rung = 0, best_like = 0, is_there = 0, can_run = 0, has_reason = 0, is_outside;
  uint64_t best_distance = 0;
  size_t i;
  memset(&outside, 0, sizeof outside);
  memset(&why, 0, sizeof why);
  memset(choice, 0, sizeof *choice);
  if (!dt_has_storage(family, request, choice)) return choice->status = DT_NO_STORAGE;
  is_outside = dt_axis_outside(family->axes, family->axis_count, axes, &outside) != NULL;
  choice->what = "storage";
  for (i = 0; i < family->variant_count; i++) {
    const dt_variant *variant = &family->variants[i];
    const dt_known *known = variant->device < 0 ? NULL : &dt_devices[variant->device];
    const int like = known && known->naga == (device->naga != 0);
    int rung = known ? dt_rung_of(known, device) : DT_PORTABLE;
    uint64_t distance;
    dt_choice reason;
    memset(&reason, 0, sizeof reason);
    reason.variant = variant;
    if (pinned && strcmp(variant->id, pinned) != 0) continue;
    is_there = 1;
    if (!dt_is_stored(family, variant, request)) continue;
    if (rung < 0 && pinned) rung = DT_OTHER;
    reason.what = "vendor";
    if (rung < 0 || !dt_runs(variant, device, &reason)) {
      if (!can_run) *choice = reason;
      continue;
    }
    can_run = 1;
    if (is_outside) continue; /* formulas are of sizes in range */
    if (!dt_fits(variant, device, axes, &reason)) {
      if (!has_reason) why = reason;
      has_reason = 1;
      continue;
    }
    distance = dt_distance(family, variant, axes);
    if (best && (rung != best_rung ? rung > best_rung
                                   : distance != best_distance ? distance > best_distance : like <= best_like)) {
      continue;
    }
    best = variant;
    best_rung = rung;
    best_distance = distance;
    best_like = like;
  }
  if (!is_there) return choice->status = DT_NO_VARIANT;
  if (!can_run) return choice->status = DT_NO_DEVICE;
  if (is_outside) {
    *choice = outside;
    return choice->status = DT_BAD_AXIS;
  }
  if (!best) {
    *choice = why;
    return choice->status = DT_NO_SIZES;
  }
  memset(choice, 0, sizeof *choice);
  choice->variant = best;
  choice->rung = (dt_rung)best_rung;
  choice->has = device->maxComputeWorkgroupsPerDimension;
  choice->status = dt_dispatches(best, device, axes, NULL, dt_has_too_many, choice) ? DT_NO_GROUPS : DT_OK;
  return choice->status;
}
