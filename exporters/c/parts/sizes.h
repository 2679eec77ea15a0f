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
