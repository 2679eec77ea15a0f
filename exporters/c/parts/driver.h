/* The driver: which variant serves a shape on a device, its buffers, its dispatches, its WGSL. */

typedef enum dt_status {
  DT_OK,
  DT_NO_STORAGE, /* the family has no such storage type; what: its name */
  DT_NO_VARIANT, /* no variant of that id */
  DT_BAD_AXIS,   /* what: the axis; needs: its bound; has: its size */
  DT_NO_DEVICE,  /* no variant runs on the device; what: why the last one doesn't */
  DT_NO_SIZES,   /* no variant serves the sizes; what: why the first one doesn't, an axis, a condition or a buffer */
  DT_NO_GROUPS   /* a dispatch has more workgroups than the device takes; what: its pass */
} dt_status;

/* How near the device is on which the variant was tuned. */
typedef enum dt_rung { DT_ADAPTER, DT_ARCHITECTURE, DT_VENDOR, DT_PORTABLE } dt_rung;

/* What is asked for beside the sizes; NULL or zeros: the defaults. */
typedef struct dt_request {
  const dt_setting *storage; /* where the caller's tensors are not of the family's first storage types */
  size_t storage_count;
  const char *variant; /* the only id to choose from, whatever device it was tuned on */
} dt_request;

/* The variant that serves a call, or why none does. */
typedef struct dt_choice {
  dt_status status;
  const dt_variant *variant; /* on failure: the one the reason is of, or NULL */
  dt_rung rung;
  const char *what;
  uint64_t needs, has;
} dt_choice;

/* The family of that name, or NULL. */
static inline const dt_family *dt_family_named(const char *name) {
  size_t i;
  for (i = 0; i < DT_FAMILY_COUNT; i++) {
    if (strcmp(dt_families[i]->name, name) == 0) return dt_families[i];
  }
  return NULL;
}

/* The device's bounds for formulas. */
static inline dt_bounds dt_bounds_of(const dt_device *device) {
  dt_bounds bounds;
  bounds.maxBinding = dt_min(device->maxStorageBufferBindingSize, device->maxBufferSize);
  bounds.maxGroups = device->maxComputeWorkgroupsPerDimension;
  return bounds;
}

/* Steps over what is no letter or digit; returns whether there was any. */
static inline int dt_skip_gap(const char **at) {
  const char *start = *at;
  while (**at && !(**at >= 'a' && **at <= 'z') && !(**at >= 'A' && **at <= 'Z') && !(**at >= '0' && **at <= '9')) {
    (*at)++;
  }
  return *at != start;
}

static inline char dt_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Whether names agree in letters and digits, as in "NVIDIA H200" and "nvidia-h200"; never where there are none. */
static inline int dt_same_name(const char *a, const char *b) {
  int is_start = 1;
  if (!a || !b) return 0;
  for (;; a++, b++, is_start = 0) {
    const int gap_a = dt_skip_gap(&a), gap_b = dt_skip_gap(&b);
    if (*a == 0 || *b == 0) return !is_start && *a == *b;
    if ((!is_start && gap_a != gap_b) || dt_lower(*a) != dt_lower(*b)) return 0;
  }
}

/* A device's vendor by its PCI number, else by its name. */
static inline const char *dt_vendor_of(const dt_device *device) {
  switch (device->vendor_id) {
    case 0x1002: return "amd";
    case 0x106b: return "apple";
    case 0x10de: return "nvidia";
    case 0x13b5: return "arm";
    case 0x1414: return "microsoft";
    case 0x1ae0: return "google";
    case 0x5143: return "qualcomm";
    case 0x8086: return "intel";
    case 0x10005: return "mesa";
    default: return device->vendor;
  }
}

/* How near a tuned device is to the caller's; -1: it says nothing about it. */
static inline int dt_rung_of(const dt_known *known, const dt_device *own) {
  const char *vendor = dt_vendor_of(own);
  const int no_vendor = known->vendor[0] == 0 && (!vendor || vendor[0] == 0);
  if (known->software != (own->software != 0)) return -1;
  if (!no_vendor && !dt_same_name(known->vendor, vendor)) return -1;
  if (dt_same_name(known->description, own->device) || dt_same_name(known->description, own->description) ||
      dt_same_name(known->device, own->device) || dt_same_name(known->device, own->description)) {
    return DT_ADAPTER;
  }
  return dt_same_name(known->architecture, own->architecture) ? DT_ARCHITECTURE : DT_VENDOR;
}

/* Whether the device can run the variant; the choice is told why not. */
static inline int dt_runs(const dt_variant *variant, const dt_device *own, dt_choice *choice) {
  const uint32_t missing = variant->features & ~own->features;
  const uint64_t needs[] = {
      variant->limits.maxComputeWorkgroupStorageSize, variant->limits.maxComputeInvocationsPerWorkgroup,
      variant->limits.maxComputeWorkgroupSizeX,       variant->limits.maxComputeWorkgroupSizeY,
      variant->limits.maxComputeWorkgroupSizeZ,       variant->limits.maxStorageBuffersPerShaderStage};
  const uint64_t has[] = {own->limits.maxComputeWorkgroupStorageSize, own->limits.maxComputeInvocationsPerWorkgroup,
                          own->limits.maxComputeWorkgroupSizeX,       own->limits.maxComputeWorkgroupSizeY,
                          own->limits.maxComputeWorkgroupSizeZ,       own->limits.maxStorageBuffersPerShaderStage};
  size_t i, k;
  for (i = 0; i < sizeof dt_feature_names / sizeof dt_feature_names[0]; i++) {
    if (!(missing & (uint32_t)1 << i)) continue;
    choice->what = dt_feature_names[i];
    return 0;
  }
  for (i = 0; i < sizeof needs / sizeof needs[0]; i++) {
    if (needs[i] <= has[i]) continue;
    choice->what = dt_limit_names[i];
    choice->needs = needs[i];
    choice->has = has[i];
    return 0;
  }
  if (variant->subgroup_max != 0 &&
      (variant->subgroup_min != own->subgroup_min || variant->subgroup_max != own->subgroup_max)) {
    choice->what = "subgroup sizes";
    choice->needs = variant->subgroup_max;
    choice->has = own->subgroup_max;
    return 0;
  }
  for (i = 0; i < variant->matrix_count; i++) {
    const dt_matrix *wanted = &variant->matrices[i];
    for (k = 0; k < own->matrix_count; k++) {
      const dt_matrix *there = &own->matrices[k];
      if (there->M == wanted->M && there->N == wanted->N && there->K == wanted->K) break;
    }
    if (k < own->matrix_count) continue;
    choice->what = "matrix shapes";
    return 0;
  }
  return 1;
}

/* Bytes of each of the variant's buffers: whole words. */
static inline void dt_buffer_bytes(const dt_variant *variant, const dt_device *device, const dt_axes *axes,
                                   uint64_t *bytes) {
  const dt_bounds bounds = dt_bounds_of(device);
  size_t i;
  variant->launch->lengths(axes, &bounds, bytes);
  for (i = 0; i < variant->buffer_count; i++) {
    const uint64_t size = variant->buffers[i].dtype == DT_F16 ? 2 : 4;
    bytes[i] = dt_max(4, dt_ceil_div(bytes[i] * size, 4) * 4);
  }
}

static inline uint64_t dt_size_of(const dt_axes *axes, const dt_axis *axis) {
  uint64_t size;
  memcpy(&size, (const char *)axes + axis->offset, sizeof size);
  return size;
}

/* The first axis out of its range, or NULL. */
static inline const dt_axis *dt_axis_outside(const dt_axis *list, size_t count, const dt_axes *axes,
                                             dt_choice *choice) {
  size_t i;
  for (i = 0; i < count; i++) {
    const uint64_t size = dt_size_of(axes, &list[i]);
    if (size >= list[i].min && size <= list[i].max) continue;
    choice->what = list[i].name;
    choice->needs = size < list[i].min ? list[i].min : list[i].max;
    choice->has = size;
    return &list[i];
  }
  return NULL;
}

/* Whether the variant serves the sizes; the choice is told why not. */
static inline int dt_fits(const dt_variant *variant, const dt_device *device, const dt_axes *axes,
                          dt_choice *choice) {
  const dt_bounds bounds = dt_bounds_of(device);
  uint64_t bytes[DT_MAX_BUFFERS];
  int broken;
  size_t i;
  if (dt_axis_outside(variant->exact, variant->exact_count, axes, choice)) return 0;
  broken = variant->launch->broken(axes, &bounds);
  if (broken) {
    choice->what = variant->holds[broken - 1];
    return 0;
  }
  dt_buffer_bytes(variant, device, axes, bytes);
  for (i = 0; i < variant->buffer_count; i++) {
    if (bytes[i] <= bounds.maxBinding) continue;
    choice->what = variant->buffers[i].name;
    choice->needs = bytes[i];
    choice->has = bounds.maxBinding;
    return 0;
  }
  return 1;
}

/* Steps of powers of two to the next one not below. */
static inline uint64_t dt_ceil_log2(uint64_t size) {
  uint64_t steps = 0;
  while (steps < 63 && (uint64_t)1 << steps < size) steps++;
  return steps;
}

/* Steps of powers of two between a variant's bucket and a shape. */
static inline uint64_t dt_distance(const dt_family *family, const dt_variant *variant, const dt_axes *axes) {
  uint64_t sizes[DT_MAX_CLASSES], distance = 0;
  size_t i;
  if (!variant->classes) return 0;
  family->classes(axes, sizes);
  for (i = 0; i < family->class_count; i++) {
    const uint64_t a = dt_ceil_log2(sizes[i]), b = dt_ceil_log2(variant->classes[i]);
    distance += a > b ? a - b : b - a;
  }
  return distance;
}

/* The value asked for of a storage type, else the family's first. */
static inline const char *dt_wanted(const dt_storage *storage, const dt_request *request) {
  size_t i;
  for (i = 0; request && i < request->storage_count; i++) {
    if (strcmp(request->storage[i].name, storage->name) == 0) return request->storage[i].value;
  }
  return storage->values[0];
}

/* Whether the family has every storage type asked for. */
static inline int dt_has_storage(const dt_family *family, const dt_request *request, dt_choice *choice) {
  size_t i, k, n;
  for (i = 0; request && i < request->storage_count; i++) {
    int found = 0;
    for (k = 0; k < family->storage_count; k++) {
      const dt_storage *storage = &family->storage[k];
      if (strcmp(storage->name, request->storage[i].name) != 0) continue;
      for (n = 0; n < storage->value_count; n++) found |= strcmp(storage->values[n], request->storage[i].value) == 0;
    }
    choice->what = request->storage[i].name;
    if (!found) return 0;
  }
  return 1;
}

/* Whether the variant's tensors are stored as wanted. */
static inline int dt_is_stored(const dt_family *family, const dt_variant *variant, const dt_request *request) {
  size_t i, k;
  for (i = 0; i < family->storage_count; i++) {
    const char *wanted = dt_wanted(&family->storage[i], request);
    for (k = 0; k < variant->storage_count; k++) {
      if (strcmp(variant->storage[k].name, family->storage[i].name) == 0) break;
    }
    if (k == variant->storage_count || strcmp(variant->storage[k].value, wanted) != 0) return 0;
  }
  return 1;
}

/* Every dispatch of a call, in order. scale: the factor on q or on the scores; NULL: the family's own. Returns what
   ended them, or 0. The variant must be one that dt_choose gave for these sizes and this device. */
static inline int dt_dispatches(const dt_variant *variant, const dt_device *device, const dt_axes *axes,
                                const double *scale, dt_visit visit, void *user) {
  const dt_bounds bounds = dt_bounds_of(device);
  dt_walk walk;
  walk.passes = variant->passes;
  walk.scale = scale;
  walk.visit = visit;
  walk.user = user;
  return variant->launch->steps(axes, &bounds, &walk);
}

typedef struct dt_list {
  dt_step *steps;
  size_t room, count;
} dt_list;

static inline int dt_keep(const dt_step *step, void *user) {
  dt_list *list = (dt_list *)user;
  if (list->count < list->room) list->steps[list->count] = *step;
  list->count++;
  return 0;
}

/* The dispatches of a call in the caller's array. Returns how many there are; no more than room are written. */
static inline size_t dt_list_dispatches(const dt_variant *variant, const dt_device *device, const dt_axes *axes,
                                        const double *scale, dt_step *steps, size_t room) {
  dt_list list;
  list.steps = steps;
  list.room = room;
  list.count = 0;
  dt_dispatches(variant, device, axes, scale, dt_keep, &list);
  return list.count;
}

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
    if (rung < 0 && pinned) rung = DT_VENDOR;
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

/* Whether a line of WGSL is one the standard demands and naga refuses: subgroups need no `enable` there. */
static inline int dt_is_standard_only(const char *line, size_t length) {
  static const char enable[] = "enable subgroups;", diagnostic[] = "diagnostic(off, subgroup_uniformity);";
  return (length == sizeof enable - 1 && memcmp(line, enable, length) == 0) ||
         (length == sizeof diagnostic - 1 && memcmp(line, diagnostic, length) == 0);
}

/* Writes a text and a 0 behind it; for naga, lines it refuses are left empty. Returns the bytes before the 0: where
   that is not less than room (text->bytes + 1 is always enough), only as much as fits was written. */
static inline size_t dt_write_text(const dt_text *text, int naga, char *into, size_t room) {
  size_t at = 0, i;
  for (i = 0; i < text->piece_count; i++) {
    const char *line = text->pieces[i];
    while (*line) {
      const char *end = strchr(line, '\n');
      size_t length = end ? (size_t)(end - line) : strlen(line);
      const char *next = end ? end + 1 : line + length;
      if (naga && dt_is_standard_only(line, length)) line += length;
      length = (size_t)(next - line);
      if (at + length < room) memcpy(into + at, line, length);
      else if (at < room) memcpy(into + at, line, room - at - 1);
      at += length;
      line = next;
    }
  }
  if (room > 0) into[at < room ? at : room - 1] = 0;
  return at;
}
