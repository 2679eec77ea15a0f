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

/* How near the device is on which the variant was tuned; other: asked for by its id. */
typedef enum dt_rung { DT_ADAPTER, DT_ARCHITECTURE, DT_VENDOR, DT_PORTABLE, DT_OTHER } dt_rung;

/* What is asked for beside the sizes; NULL or zeros: the defaults. */
typedef struct dt_request {
  const dt_setting *storage; /* where the caller's tensors are not of the family's first storage types */
  size_t storage_count;
  const char *variant; /* the only id to choose from, whatever device it was tuned on; it brings its storage types */
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
