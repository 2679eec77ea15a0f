/* What is known of a device, and what a variant needs of one. */

typedef struct dt_bounds {
  uint64_t maxBinding; /* bytes one binding holds */
  uint64_t maxGroups;  /* workgroups of one dimension */
} dt_bounds;

/* Limits a variant may need, in the order of dt_limit_names. */
typedef struct dt_limits {
  uint64_t maxComputeWorkgroupStorageSize;
  uint64_t maxComputeInvocationsPerWorkgroup;
  uint64_t maxComputeWorkgroupSizeX;
  uint64_t maxComputeWorkgroupSizeY;
  uint64_t maxComputeWorkgroupSizeZ;
  uint64_t maxStorageBuffersPerShaderStage;
} dt_limits;

/* A product of matrices of f16 summed in f32 that a subgroup computes: [M, K] x [K, N]. */
typedef struct dt_matrix {
  uint32_t M, N, K;
} dt_matrix;

/* The caller's device: fill it from WGPUAdapterInfo, WGPULimits and the features it was made with. */
typedef struct dt_device {
  uint32_t vendor_id; /* 0: by the name in vendor */
  const char *vendor, *architecture, *device, *description; /* NULL: unknown */
  int software; /* a CPU adapter */
  int naga;     /* WGSL is read by naga (wgpu-native), not by Tint (Dawn) */
  uint32_t features; /* DT_SHADER_F16 | ... */
  dt_limits limits;
  uint64_t maxComputeWorkgroupsPerDimension, maxStorageBufferBindingSize, maxBufferSize;
  uint32_t subgroup_min, subgroup_max; /* 0: unknown */
  const dt_matrix *matrices;
  size_t matrix_count;
} dt_device;

/* A device that variants were tuned on. */
typedef struct dt_known {
  const char *slug, *vendor, *architecture, *device, *description;
  int software, naga;
} dt_known;

/* WGSL in pieces no literal of which is longer than C99 promises; dt_write_text joins them. */
typedef struct dt_text {
  const char *name;
  size_t bytes;
  const char *const *pieces;
  size_t piece_count;
} dt_text;

typedef enum dt_dtype { DT_F32, DT_F16, DT_U32, DT_I32 } dt_dtype;
/* A state is read and written in place; scratch needs no content. */
typedef enum dt_role { DT_INPUT, DT_OUTPUT, DT_STATE, DT_SCRATCH } dt_role;

typedef struct dt_buffer {
  const char *name;
  dt_dtype dtype;
  dt_role role;
} dt_buffer;

/* One word of a uniform block. Those of f32 hold the scale: value, or the caller's times per_scale. */
typedef struct dt_param {
  const char *name;
  int is_f32;
  double value, per_scale;
} dt_param;

/* A storage buffer of @group(0), by its place among the variant's buffers. */
typedef struct dt_binding {
  uint32_t binding, buffer;
  int writes;
} dt_binding;

/* One dispatch in every round; its uniform block is @group(0) @binding(0). */
typedef struct dt_pass {
  const char *label, *entry_point;
  const dt_text *text;
  uint32_t workgroup_size[3], workgroup_bytes;
  const dt_param *params;
  size_t param_count, uniform_bytes;
  const dt_binding *bindings;
  size_t binding_count;
} dt_pass;

/* A dispatch with its numbers; words past the block's end are 0. */
typedef struct dt_step {
  const dt_pass *pass;
  uint64_t workgroups[3];
  uint32_t words[DT_MAX_WORDS];
} dt_step;

/* Is given each dispatch in order; anything but 0 ends them. */
typedef int (*dt_visit)(const dt_step *step, void *user);

typedef struct dt_walk {
  const dt_pass *passes;
  const double *scale;
  dt_visit visit;
  void *user;
} dt_walk;

/* Formulas of one or several variants. */
typedef struct dt_launch {
  int (*broken)(const dt_axes *axes, const dt_bounds *bounds); /* 0, or the number of the first condition that fails */
  void (*lengths)(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths); /* elements of each buffer */
  int (*steps)(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk);
} dt_launch;

typedef struct dt_setting {
  const char *name, *value;
} dt_setting;

/* An axis by its place in dt_axes; with min == max it must be just that. */
typedef struct dt_axis {
  const char *name, *doc;
  size_t offset;
  uint64_t min, max;
} dt_axis;

typedef struct dt_variant {
  const char *id, *source_hash;
  int device;         /* of dt_devices; -1: tuned on none, runs everywhere */
  const char *bucket; /* the workload it won; NULL: none */
  const char *stale;  /* why the time is of other code than the text here; NULL: it is of this */
  double median_us, mad_us, error; /* one call on that device; 0: not timed */
  double tolerance;   /* largest RMS error ratio it is verified to */
  const uint64_t *classes; /* upper ends of the bucket's size classes; NULL: none */
  const dt_axis *exact;
  size_t exact_count;
  const dt_setting *storage; /* storage types of the caller's tensors */
  size_t storage_count;
  uint32_t features;
  dt_limits limits;
  uint32_t subgroup_min, subgroup_max; /* 0: any */
  const dt_matrix *matrices;
  size_t matrix_count;
  const dt_launch *launch;
  const char *const *holds; /* its conditions, as text */
  const dt_buffer *buffers;
  size_t buffer_count;
  const dt_pass *passes;
  size_t pass_count;
} dt_variant;

/* A storage type of the caller's tensors and what it may be; the first unless asked for. */
typedef struct dt_storage {
  const char *name;
  const char *const *values;
  size_t value_count;
} dt_storage;

typedef struct dt_family {
  const char *name, *doc;
  const dt_axis *axes;
  size_t axis_count;
  void (*classes)(const dt_axes *axes, uint64_t *sizes); /* what each size class counts */
  size_t class_count;
  const dt_storage *storage;
  size_t storage_count;
  const dt_variant *variants;
  size_t variant_count;
} dt_family;

/* Arithmetic of formulas: unsigned 64 bits, no value below 0. What is divided by 0 is more than any limit. */

static inline uint64_t dt_div(uint64_t a, uint64_t b) { return b == 0 ? UINT64_MAX : a / b; }
static inline uint64_t dt_mod(uint64_t a, uint64_t b) { return b == 0 ? a : a % b; }
static inline uint64_t dt_ceil_div(uint64_t a, uint64_t b) { return b == 0 ? UINT64_MAX : a / b + (a % b != 0); }
static inline uint64_t dt_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t dt_max(uint64_t a, uint64_t b) { return a > b ? a : b; }
static inline uint64_t dt_select(uint64_t condition, uint64_t then, uint64_t otherwise) {
  return condition ? then : otherwise;
}

/* Hands a pass with its numbers on, f32 words filled in. */
static inline int dt_take(const dt_walk *walk, size_t at, uint64_t x, uint64_t y, uint64_t z, const uint64_t *words) {
  dt_step step;
  size_t i;
  const dt_pass *pass = &walk->passes[at];
  memset(&step, 0, sizeof step);
  step.pass = pass;
  step.workgroups[0] = x;
  step.workgroups[1] = y;
  step.workgroups[2] = z;
  for (i = 0; i < pass->param_count; i++) {
    const dt_param *param = &pass->params[i];
    if (param->is_f32) {
      const float value = (float)(walk->scale ? *walk->scale * param->per_scale : param->value);
      memcpy(&step.words[i], &value, sizeof value);
    } else {
      step.words[i] = (uint32_t)words[i];
    }
  }
  return walk->visit(&step, walk->user);
}
