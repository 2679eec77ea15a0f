/* deltatune.h: tuned WGSL kernels and the numbers to dispatch them by. Generated; licence MIT.
   C99 and C++11; allocates nothing, includes nothing but what stands here. Everything is static: include it from one
   file where its size counts. */
#ifndef DELTATUNE_H
#define DELTATUNE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The most any variant has. */
#define DT_MAX_WORDS 16
#define DT_MAX_BUFFERS 7
#define DT_MAX_CLASSES 3

/* Features a variant may need, as flags. */
#define DT_SHADER_F16 1u /* shader-f16 */
#define DT_SUBGROUPS 2u /* subgroups */
#define DT_SUBGROUP_MATRIX 4u /* chromium-experimental-subgroup-matrix */

static const char *const dt_feature_names[] = {"shader-f16", "subgroups", "chromium-experimental-subgroup-matrix"};
static const char *const dt_limit_names[] = {"maxComputeWorkgroupStorageSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupSizeX", "maxComputeWorkgroupSizeY", "maxComputeWorkgroupSizeZ", "maxStorageBuffersPerShaderStage"};

/* Sizes of a call by axis letter; a family looks at its own letters only. */
typedef struct dt_axes {
  uint64_t B, C, G, H, K, N, T, V;
} dt_axes;

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

/* What each family's size classes count. */

static inline void dt_classes_kda_decode(const dt_axes *axes, uint64_t *sizes) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  sizes[0] = N * H;
}

static inline void dt_classes_mla_prefill(const dt_axes *axes, uint64_t *sizes) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t C = axes->C;
  sizes[0] = T;
  sizes[1] = C;
  sizes[2] = B * H;
}

/* Formulas: the conditions of a text, the lengths of its buffers, its dispatches. */

static inline int dt_broken_kda_decode_0(const dt_axes *axes, const dt_bounds *bounds) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  if (!(uint64_t)(layers == 1)) return 1;
  return 0;
}
static inline void dt_lengths_kda_decode_0(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
  (void)bounds;
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t heads = N * H;
  lengths[0] = heads * 128;
  lengths[1] = heads * 128;
  lengths[2] = heads * 128;
  lengths[3] = heads * 128;
  lengths[4] = heads;
  lengths[5] = heads * 16384;
  lengths[6] = heads * 128;
}
static inline int dt_steps_kda_decode_0(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  {
    const uint64_t words[] = {heads, 0 /* f32 */};
    const int ended = dt_take(walk, 0, 4, dt_ceil_div(heads, layers), layers, words);
    if (ended) return ended;
  }
  return 0;
}
static const dt_launch dt_launch_kda_decode_0 = {dt_broken_kda_decode_0, dt_lengths_kda_decode_0, dt_steps_kda_decode_0};

static inline int dt_broken_kda_decode_1(const dt_axes *axes, const dt_bounds *bounds) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  if (!(uint64_t)(layers == 1)) return 1;
  return 0;
}
static inline void dt_lengths_kda_decode_1(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
  (void)bounds;
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t heads = N * H;
  lengths[0] = heads * 128;
  lengths[1] = heads * 128;
  lengths[2] = heads * 128;
  lengths[3] = heads * 128;
  lengths[4] = heads;
  lengths[5] = heads * 16384;
  lengths[6] = heads * 128;
}
static inline int dt_steps_kda_decode_1(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  {
    const uint64_t words[] = {heads, 0 /* f32 */};
    const int ended = dt_take(walk, 0, 2, dt_ceil_div(heads, layers), layers, words);
    if (ended) return ended;
  }
  return 0;
}
static const dt_launch dt_launch_kda_decode_1 = {dt_broken_kda_decode_1, dt_lengths_kda_decode_1, dt_steps_kda_decode_1};

static inline int dt_broken_kda_decode_2(const dt_axes *axes, const dt_bounds *bounds) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  if (!(uint64_t)(layers > 1)) return 1;
  return 0;
}
static inline void dt_lengths_kda_decode_2(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
  (void)bounds;
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t heads = N * H;
  lengths[0] = heads * 128;
  lengths[1] = heads * 128;
  lengths[2] = heads * 128;
  lengths[3] = heads * 128;
  lengths[4] = heads;
  lengths[5] = heads * 16384;
  lengths[6] = heads * 128;
}
static inline int dt_steps_kda_decode_2(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
  const uint64_t N = axes->N;
  const uint64_t H = axes->H;
  const uint64_t maxGroups = bounds->maxGroups;
  const uint64_t heads = N * H;
  const uint64_t layers = dt_ceil_div(heads, maxGroups);
  {
    const uint64_t words[] = {heads, 0 /* f32 */};
    const int ended = dt_take(walk, 0, 2, dt_ceil_div(heads, layers), layers, words);
    if (ended) return ended;
  }
  return 0;
}
static const dt_launch dt_launch_kda_decode_2 = {dt_broken_kda_decode_2, dt_lengths_kda_decode_2, dt_steps_kda_decode_2};

static inline int dt_broken_mla_prefill_0(const dt_axes *axes, const dt_bounds *bounds) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t maxBinding = bounds->maxBinding;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  const uint64_t most = dt_div(128000000000, heads * 640);
  const uint64_t isOne = (uint64_t)(T * C + T * (T + 1) / 2 <= most);
  const uint64_t enough = dt_max(dt_div(4096, heads), dt_div(most, C + T));
  const uint64_t joinable = dt_div(maxBinding, heads * 512);
  const uint64_t rows = dt_max(dt_select(isOne, T, dt_min(enough, joinable)), 1);
  const uint64_t size = dt_min(rows, dt_ceil_div(dt_ceil_div(T, dt_ceil_div(T, rows)), 128) * 128);
  const uint64_t rest = T - (dt_ceil_div(T, size) - 1) * size;
  const uint64_t cut = dt_select(isOne, 0, dt_max((uint64_t)(C + T > dt_max(128, dt_div(most, rest))), (uint64_t)(C + T - rest > dt_max(128, dt_div(most, dt_min(size, T))))));
  if (!(uint64_t)(dt_mod(H, kvHeads) == 0)) return 1;
  if (!(uint64_t)(cut == 0)) return 2;
  return 0;
}
static inline void dt_lengths_mla_prefill_0(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
  (void)bounds;
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  lengths[0] = heads * T * 192;
  lengths[1] = B * (C + T) * kvHeads * 192;
  lengths[2] = B * (C + T) * kvHeads * 128;
  lengths[3] = heads * T * 128;
  lengths[4] = heads * T;
}
static inline int dt_steps_mla_prefill_0(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t maxBinding = bounds->maxBinding;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  const uint64_t most = dt_div(128000000000, heads * 640);
  const uint64_t isOne = (uint64_t)(T * C + T * (T + 1) / 2 <= most);
  const uint64_t enough = dt_max(dt_div(4096, heads), dt_div(most, C + T));
  const uint64_t joinable = dt_div(maxBinding, heads * 512);
  const uint64_t rows = dt_max(dt_select(isOne, T, dt_min(enough, joinable)), 1);
  const uint64_t size = dt_min(rows, dt_ceil_div(dt_ceil_div(T, dt_ceil_div(T, rows)), 128) * 128);
  for (uint64_t window = 0, window_end = dt_ceil_div(T, size); window < window_end; window++) {
    const uint64_t first = window * size;
    const uint64_t count = dt_min(size, T - first);
    const uint64_t met = C + first + count;
    const uint64_t keys = met;
    for (uint64_t range = 0, range_end = dt_ceil_div(met, keys); range < range_end; range++) {
      const uint64_t firstKey = range * keys;
      const uint64_t rangeKeys = dt_min(keys, met - firstKey);
      {
        const uint64_t words[] = {H, kvHeads, dt_div(H, kvHeads), T, first, count, C + T, firstKey, rangeKeys, firstKey, C + first + 1, (uint64_t)(range == 0), (uint64_t)(firstKey + rangeKeys == met), 0 /* f32 */};
        const int ended = dt_take(walk, 0, H, dt_ceil_div(count, 32), B, words);
        if (ended) return ended;
      }
    }
  }
  return 0;
}
static const dt_launch dt_launch_mla_prefill_0 = {dt_broken_mla_prefill_0, dt_lengths_mla_prefill_0, dt_steps_mla_prefill_0};

static inline int dt_broken_mla_prefill_1(const dt_axes *axes, const dt_bounds *bounds) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t maxBinding = bounds->maxBinding;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  const uint64_t most = dt_div(128000000000, heads * 640);
  const uint64_t isOne = (uint64_t)(T * C + T * (T + 1) / 2 <= most);
  const uint64_t enough = dt_max(dt_div(4096, heads), dt_div(most, C + T));
  const uint64_t joinable = dt_div(maxBinding, heads * 512);
  const uint64_t rows = dt_max(dt_select(isOne, T, dt_min(enough, joinable)), 1);
  const uint64_t size = dt_min(rows, dt_ceil_div(dt_ceil_div(T, dt_ceil_div(T, rows)), 128) * 128);
  const uint64_t rest = T - (dt_ceil_div(T, size) - 1) * size;
  const uint64_t cut = dt_select(isOne, 0, dt_max((uint64_t)(C + T > dt_max(128, dt_div(most, rest))), (uint64_t)(C + T - rest > dt_max(128, dt_div(most, dt_min(size, T))))));
  if (!(uint64_t)(dt_mod(H, kvHeads) == 0)) return 1;
  if (!(uint64_t)(cut == 1)) return 2;
  return 0;
}
static inline void dt_lengths_mla_prefill_1(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t maxBinding = bounds->maxBinding;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  const uint64_t most = dt_div(128000000000, heads * 640);
  const uint64_t isOne = (uint64_t)(T * C + T * (T + 1) / 2 <= most);
  const uint64_t enough = dt_max(dt_div(4096, heads), dt_div(most, C + T));
  const uint64_t joinable = dt_div(maxBinding, heads * 512);
  const uint64_t rows = dt_max(dt_select(isOne, T, dt_min(enough, joinable)), 1);
  const uint64_t size = dt_min(rows, dt_ceil_div(dt_ceil_div(T, dt_ceil_div(T, rows)), 128) * 128);
  lengths[0] = heads * T * 192;
  lengths[1] = B * (C + T) * kvHeads * 192;
  lengths[2] = B * (C + T) * kvHeads * 128;
  lengths[3] = heads * T * 128;
  lengths[4] = heads * T;
  lengths[5] = heads * dt_min(size, T) * 128;
}
static inline int dt_steps_mla_prefill_1(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
  const uint64_t B = axes->B;
  const uint64_t T = axes->T;
  const uint64_t H = axes->H;
  const uint64_t G = axes->G;
  const uint64_t C = axes->C;
  const uint64_t maxBinding = bounds->maxBinding;
  const uint64_t heads = B * H;
  const uint64_t kvHeads = dt_select((uint64_t)(G > 0), G, H);
  const uint64_t most = dt_div(128000000000, heads * 640);
  const uint64_t isOne = (uint64_t)(T * C + T * (T + 1) / 2 <= most);
  const uint64_t enough = dt_max(dt_div(4096, heads), dt_div(most, C + T));
  const uint64_t joinable = dt_div(maxBinding, heads * 512);
  const uint64_t rows = dt_max(dt_select(isOne, T, dt_min(enough, joinable)), 1);
  const uint64_t size = dt_min(rows, dt_ceil_div(dt_ceil_div(T, dt_ceil_div(T, rows)), 128) * 128);
  for (uint64_t window = 0, window_end = dt_ceil_div(T, size); window < window_end; window++) {
    const uint64_t first = window * size;
    const uint64_t count = dt_min(size, T - first);
    const uint64_t met = C + first + count;
    const uint64_t keys = dt_min(dt_max(128, dt_div(most, count)), dt_ceil_div(dt_ceil_div(met, dt_ceil_div(met, dt_max(128, dt_div(most, count)))), 128) * 128);
    for (uint64_t range = 0, range_end = dt_ceil_div(met, keys); range < range_end; range++) {
      const uint64_t firstKey = range * keys;
      const uint64_t rangeKeys = dt_min(keys, met - firstKey);
      {
        const uint64_t words[] = {H, kvHeads, dt_div(H, kvHeads), T, first, count, C + T, firstKey, rangeKeys, firstKey, C + first + 1, (uint64_t)(range == 0), (uint64_t)(firstKey + rangeKeys == met), 0 /* f32 */};
        const int ended = dt_take(walk, 0, H, dt_ceil_div(count, 32), B, words);
        if (ended) return ended;
      }
    }
  }
  return 0;
}
static const dt_launch dt_launch_mla_prefill_1 = {dt_broken_mla_prefill_1, dt_lengths_mla_prefill_1, dt_steps_mla_prefill_1};

/* WGSL, as the standard has it. */

static const char *const dt_wgsl_0[] = {
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
    "const V: u32 = 128u;             // value channels of a head\n"
[cut]
};
static const dt_text dt_text_0 = {"kda_decode/K128_V128_tileV-32/step.wgsl", 13114, dt_wgsl_0, 4};

static const char *const dt_wgsl_1[] = {
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
    "const V: u32 = 128u;             // value channels of a head\n"
[cut]
};
static const dt_text dt_text_1 = {"kda_decode/K128_V128/step.wgsl", 13115, dt_wgsl_1, 4};

static const char *const dt_wgsl_2[] = {
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
    "const V: u32 = 128u;             // value channels of a head\n"
[cut]
};
static const dt_text dt_text_2 = {"kda_decode/K128_V128/step_2.wgsl", 13114, dt_wgsl_2, 4};

static const char *const dt_wgsl_3[] = {
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
    "const V: u32 = 128u;             // value channels of a head\n"
[cut]
};
static const dt_text dt_text_3 = {"kda_decode/K128_V128_stateLayout-VK/step.wgsl", 12881, dt_wgsl_3, 4};

static const char *const dt_wgsl_4[] = {
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
    "const V: u32 = 128u;             // value channels of a head\n"
[cut]
};
static const dt_text dt_text_4 = {"kda_decode/K128_V128_stateLayout-VK/step_2.wgsl", 12880, dt_wgsl_4, 4};

static const char *const dt_wgsl_5[] = {
    "enable f16;\n"
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
[cut]
};
static const dt_text dt_text_5 = {"kda_decode/K128_V128_stateElem-f16/step.wgsl", 13127, dt_wgsl_5, 4};

static const char *const dt_wgsl_6[] = {
    "enable f16;\n"
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
[cut]
};
static const dt_text dt_text_6 = {"kda_decode/K128_V128_stateElem-f16/step_2.wgsl", 13126, dt_wgsl_6, 4};

static const char *const dt_wgsl_7[] = {
    "enable f16;\n"
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
[cut]
};
static const dt_text dt_text_7 = {"kda_decode/K128_V128_stateElem-f16_stateLayout-VK/step.wgsl", 12893, dt_wgsl_7, 4};

static const char *const dt_wgsl_8[] = {
    "enable f16;\n"
    "// delta_decode / step_layout: sizes of the step, and what a caller sets.\n"
    "\n"
    "const K: u32 = 128u;             // key channels of a head\n"
[cut]
};
static const dt_text dt_text_8 = {"kda_decode/K128_V128_stateElem-f16_stateLayout-VK/step_2.wgsl", 12892, dt_wgsl_8, 4};

static const char *const dt_wgsl_9[] = {
    "// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.\n"
    "//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)\n"
    "// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks\n"
    "// come first. A thread owns rowsPerThread queries x keysPerThread keys of a tile's scores, and of the outputs the same\n"
[cut]
};
static const dt_text dt_text_9 = {"mla_prefill/K192_V128/attend.wgsl", 52512, dt_wgsl_9, 14};

static const char *const dt_wgsl_10[] = {
    "// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.\n"
    "//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)\n"
    "// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks\n"
    "// come first. A thread owns rowsPerThread queries x keysPerThread keys of a tile's scores, and of the outputs the same\n"
[cut]
};
static const dt_text dt_text_10 = {"mla_prefill/K192_V128/attend_2.wgsl", 53368, dt_wgsl_10, 14};

static const char *const dt_wgsl_11[] = {
    "// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.\n"
    "//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)\n"
    "// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks\n"
    "// come first. A thread owns rowsPerThread queries x keysPerThread keys of a tile's scores, and of the outputs the same\n"
[cut]
};
static const dt_text dt_text_11 = {"mla_prefill/K192_V128_io-f32/attend.wgsl", 52341, dt_wgsl_11, 14};

static const char *const dt_wgsl_12[] = {
    "// mla_prefill / fma: causal softmax attention of a block of queries of one head, all in f32.\n"
    "//   s = scale q . k     o = softmax(s) v     lse = ln sum exp(s)\n"
    "// Workgroup (head, block, sequence) walks its range's tiles of keys with a running maximum in base 2; the longest blocks\n"
    "// come first. A thread owns rowsPerThread queries x keysPerThread keys of a tile's scores, and of the outputs the same\n"
[cut]
};
static const dt_text dt_text_12 = {"mla_prefill/K192_V128_io-f32/attend_2.wgsl", 53197, dt_wgsl_12, 14};

/* Devices, families, variants. */

static const dt_known dt_devices[] = {
    {"builtin_nvidia_hopper_2330", "nvidia", "hopper", "2330", "NVIDIA H100 80GB HBM3", 0, 1}};

static const char *const dt_kda_decode_stateElem_values[] = {
    "f32",
    "f16"};
static const char *const dt_kda_decode_stateLayout_values[] = {
    "KV",
    "VK"};
static const dt_param dt_kda_decode_0_step_params[] = {
    {"heads", 0, 0, 0},
    {"scale", 1, 0.08838834764831845, 1}};
static const dt_binding dt_kda_decode_0_step_bindings[] = {
    {1, 0, 0},
    {2, 1, 0},
    {3, 2, 0},
    {4, 3, 0},
    {5, 4, 0},
    {6, 5, 1},
    {7, 6, 1}};
static const uint64_t dt_kda_decode_0_classes[] = {
    256};
static const dt_axis dt_kda_decode_0_exact[] = {
    {"K", "", offsetof(dt_axes, K), 128, 128},
    {"V", "", offsetof(dt_axes, V), 128, 128}};
static const dt_setting dt_kda_decode_0_settings[] = {
    {"stateElem", "f32"},
    {"stateLayout", "KV"}};
static const char *const dt_kda_decode_0_holds[] = {
    "layers == 1"};
static const dt_buffer dt_kda_decode_0_buffers[] = {
    {"q", DT_F32, DT_INPUT},
    {"k", DT_F32, DT_INPUT},
    {"v", DT_F32, DT_INPUT},
    {"g", DT_F32, DT_INPUT},
    {"beta", DT_F32, DT_INPUT},
    {"state", DT_F32, DT_STATE},
    {"o", DT_F32, DT_OUTPUT}};
static const dt_pass dt_kda_decode_0_passes[] = {
    {"step", "main", &dt_text_0, {128, 1, 1}, 5952, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_pass dt_kda_decode_1_passes[] = {
    {"step", "main", &dt_text_1, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const char *const dt_kda_decode_2_holds[] = {
    "layers > 1"};
static const dt_pass dt_kda_decode_2_passes[] = {
    {"step", "main", &dt_text_2, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_setting dt_kda_decode_3_settings[] = {
    {"stateElem", "f32"},
    {"stateLayout", "VK"}};
static const dt_pass dt_kda_decode_3_passes[] = {
    {"step", "main", &dt_text_3, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_pass dt_kda_decode_4_passes[] = {
    {"step", "main", &dt_text_4, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_setting dt_kda_decode_5_settings[] = {
    {"stateElem", "f16"},
    {"stateLayout", "KV"}};
static const dt_buffer dt_kda_decode_5_buffers[] = {
    {"q", DT_F32, DT_INPUT},
    {"k", DT_F32, DT_INPUT},
    {"v", DT_F32, DT_INPUT},
    {"g", DT_F32, DT_INPUT},
    {"beta", DT_F32, DT_INPUT},
    {"state", DT_F16, DT_STATE},
    {"o", DT_F32, DT_OUTPUT}};
static const dt_pass dt_kda_decode_5_passes[] = {
    {"step", "main", &dt_text_5, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_pass dt_kda_decode_6_passes[] = {
    {"step", "main", &dt_text_6, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_setting dt_kda_decode_7_settings[] = {
    {"stateElem", "f16"},
    {"stateLayout", "VK"}};
static const dt_pass dt_kda_decode_7_passes[] = {
    {"step", "main", &dt_text_7, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_pass dt_kda_decode_8_passes[] = {
    {"step", "main", &dt_text_8, {256, 1, 1}, 10304, dt_kda_decode_0_step_params, 2, 16, dt_kda_decode_0_step_bindings, 7}};
static const dt_axis dt_kda_decode_axes[] = {
    {"N", "sequences", offsetof(dt_axes, N), 1, 1048576},
    {"H", "heads", offsetof(dt_axes, H), 1, 1024},
    {"K", "key channels of a head", offsetof(dt_axes, K), 64, 128},
    {"V", "value channels of a head", offsetof(dt_axes, V), 64, 128}};
static const dt_storage dt_kda_decode_storage[] = {
    {"stateElem", dt_kda_decode_stateElem_values, 2},
    {"stateLayout", dt_kda_decode_stateLayout_values, 2}};
static const dt_variant dt_kda_decode_variants[] = {
    {"kda_decode:stateElem=f32;stateLayout=KV;tileV=32;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     0, "kda_decode@NH<=256,K=128,V=128,stateElem=f32,stateLayout=KV", NULL,
     12, 0.1, 0.000001, 0.00001,
     dt_kda_decode_0_classes, dt_kda_decode_0_exact, 2, dt_kda_decode_0_settings, 2,
     0, {5952, 128, 128, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_0, dt_kda_decode_0_holds, dt_kda_decode_0_buffers, 7, dt_kda_decode_0_passes, 1},
    {"kda_decode:stateElem=f32;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_0_settings, 2,
     0, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_1, dt_kda_decode_0_holds, dt_kda_decode_0_buffers, 7, dt_kda_decode_1_passes, 1},
    {"kda_decode:stateElem=f32;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_0_settings, 2,
     0, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_2, dt_kda_decode_2_holds, dt_kda_decode_0_buffers, 7, dt_kda_decode_2_passes, 1},
    {"kda_decode:stateElem=f32;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_3_settings, 2,
     0, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_1, dt_kda_decode_0_holds, dt_kda_decode_0_buffers, 7, dt_kda_decode_3_passes, 1},
    {"kda_decode:stateElem=f32;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_3_settings, 2,
     0, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_2, dt_kda_decode_2_holds, dt_kda_decode_0_buffers, 7, dt_kda_decode_4_passes, 1},
    {"kda_decode:stateElem=f16;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_5_settings, 2,
     DT_SHADER_F16, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_1, dt_kda_decode_0_holds, dt_kda_decode_5_buffers, 7, dt_kda_decode_5_passes, 1},
    {"kda_decode:stateElem=f16;stateLayout=KV;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_5_settings, 2,
     DT_SHADER_F16, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_2, dt_kda_decode_2_holds, dt_kda_decode_5_buffers, 7, dt_kda_decode_6_passes, 1},
    {"kda_decode:stateElem=f16;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_7_settings, 2,
     DT_SHADER_F16, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_1, dt_kda_decode_0_holds, dt_kda_decode_5_buffers, 7, dt_kda_decode_7_passes, 1},
    {"kda_decode:stateElem=f16;stateLayout=VK;tileV=64;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true", "41985e3ee62a0f7a",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_kda_decode_0_exact, 2, dt_kda_decode_7_settings, 2,
     DT_SHADER_F16, {10304, 256, 256, 1, 1, 7}, 0, 0, NULL, 0,
     &dt_launch_kda_decode_2, dt_kda_decode_2_holds, dt_kda_decode_5_buffers, 7, dt_kda_decode_8_passes, 1}};
/* Kimi Delta Attention, one token for N sequences. */
static const dt_family dt_kda_decode = {
    "kda_decode", "Kimi Delta Attention, one token for N sequences",
    dt_kda_decode_axes, 4,
    dt_classes_kda_decode, 1,
    dt_kda_decode_storage, 2,
    dt_kda_decode_variants, 9};

static const char *const dt_mla_prefill_io_values[] = {
    "f16",
    "f32"};
static const dt_param dt_mla_prefill_0_attend_params[] = {
    {"heads", 0, 0, 0},
    {"kvHeads", 0, 0, 0},
    {"headsPerKv", 0, 0, 0},
    {"tokens", 0, 0, 0},
    {"firstToken", 0, 0, 0},
    {"rows", 0, 0, 0},
    {"keys", 0, 0, 0},
    {"firstKey", 0, 0, 0},
    {"rangeKeys", 0, 0, 0},
    {"before", 0, 0, 0},
    {"seen", 0, 0, 0},
    {"isFirst", 0, 0, 0},
    {"isLast", 0, 0, 0},
    {"scale", 1, 0.10411754627697264, 1.4426950408889634}};
static const dt_binding dt_mla_prefill_0_attend_bindings[] = {
    {1, 0, 0},
    {2, 1, 0},
    {3, 2, 0},
    {4, 3, 1},
    {5, 4, 1}};
static const uint64_t dt_mla_prefill_0_classes[] = {
    4096,
    0,
    32};
static const dt_axis dt_mla_prefill_0_exact[] = {
    {"K", "", offsetof(dt_axes, K), 192, 192},
    {"V", "", offsetof(dt_axes, V), 128, 128}};
static const dt_setting dt_mla_prefill_0_settings[] = {
    {"io", "f16"}};
static const char *const dt_mla_prefill_0_holds[] = {
    "H % kvHeads == 0",
    "cut == 0"};
static const dt_buffer dt_mla_prefill_0_buffers[] = {
    {"q", DT_F16, DT_INPUT},
    {"k", DT_F16, DT_INPUT},
    {"v", DT_F16, DT_INPUT},
    {"o", DT_F16, DT_OUTPUT},
    {"lse", DT_F32, DT_OUTPUT}};
static const dt_pass dt_mla_prefill_0_passes[] = {
    {"attend", "main", &dt_text_9, {64, 1, 1}, 7168, dt_mla_prefill_0_attend_params, 14, 64, dt_mla_prefill_0_attend_bindings, 5}};
static const dt_binding dt_mla_prefill_1_attend_bindings[] = {
    {1, 0, 0},
    {2, 1, 0},
    {3, 2, 0},
    {4, 3, 1},
    {5, 4, 1},
    {6, 5, 1}};
static const char *const dt_mla_prefill_1_holds[] = {
    "H % kvHeads == 0",
    "cut == 1"};
static const dt_buffer dt_mla_prefill_1_buffers[] = {
    {"q", DT_F16, DT_INPUT},
    {"k", DT_F16, DT_INPUT},
    {"v", DT_F16, DT_INPUT},
    {"o", DT_F16, DT_OUTPUT},
    {"lse", DT_F32, DT_OUTPUT},
    {"joined", DT_F32, DT_SCRATCH}};
static const dt_pass dt_mla_prefill_1_passes[] = {
    {"attend", "main", &dt_text_10, {64, 1, 1}, 7168, dt_mla_prefill_0_attend_params, 14, 64, dt_mla_prefill_1_attend_bindings, 6}};
static const dt_setting dt_mla_prefill_2_settings[] = {
    {"io", "f32"}};
static const dt_buffer dt_mla_prefill_2_buffers[] = {
    {"q", DT_F32, DT_INPUT},
    {"k", DT_F32, DT_INPUT},
    {"v", DT_F32, DT_INPUT},
    {"o", DT_F32, DT_OUTPUT},
    {"lse", DT_F32, DT_OUTPUT}};
static const dt_pass dt_mla_prefill_2_passes[] = {
    {"attend", "main", &dt_text_11, {64, 1, 1}, 7168, dt_mla_prefill_0_attend_params, 14, 64, dt_mla_prefill_0_attend_bindings, 5}};
static const dt_buffer dt_mla_prefill_3_buffers[] = {
    {"q", DT_F32, DT_INPUT},
    {"k", DT_F32, DT_INPUT},
    {"v", DT_F32, DT_INPUT},
    {"o", DT_F32, DT_OUTPUT},
    {"lse", DT_F32, DT_OUTPUT},
    {"joined", DT_F32, DT_SCRATCH}};
static const dt_pass dt_mla_prefill_3_passes[] = {
    {"attend", "main", &dt_text_12, {64, 1, 1}, 7168, dt_mla_prefill_0_attend_params, 14, 64, dt_mla_prefill_1_attend_bindings, 6}};
static const dt_axis dt_mla_prefill_axes[] = {
    {"B", "Sequences", offsetof(dt_axes, B), 1, 4096},
    {"T", "Queries of each sequence", offsetof(dt_axes, T), 1, 1048576},
    {"H", "Heads", offsetof(dt_axes, H), 1, 1024},
    {"G", "KV heads, a divisor of H; 0 for as many as heads", offsetof(dt_axes, G), 0, 1024},
    {"K", "Channels of a query or key", offsetof(dt_axes, K), 64, 192},
    {"V", "Channels of a value", offsetof(dt_axes, V), 64, 128},
    {"C", "Cached keys before the first query", offsetof(dt_axes, C), 0, 1048576}};
static const dt_storage dt_mla_prefill_storage[] = {
    {"io", dt_mla_prefill_io_values, 2}};
static const dt_variant dt_mla_prefill_variants[] = {
    {"mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     0, "mla_prefill@C<=0,T<=4096,NH<=32,G=0,K=192,V=128,io=f16", NULL,
     9000, 0.1, 0.000001, 0.002,
     dt_mla_prefill_0_classes, dt_mla_prefill_0_exact, 2, dt_mla_prefill_0_settings, 1,
     0, {7168, 64, 64, 1, 1, 5}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_0, dt_mla_prefill_0_holds, dt_mla_prefill_0_buffers, 5, dt_mla_prefill_0_passes, 1},
    {"mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     0, "mla_prefill@C<=0,T<=4096,NH<=32,G=0,K=192,V=128,io=f16", NULL,
     9000, 0.1, 0.000001, 0.002,
     dt_mla_prefill_0_classes, dt_mla_prefill_0_exact, 2, dt_mla_prefill_0_settings, 1,
     0, {7168, 64, 64, 1, 1, 6}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_1, dt_mla_prefill_1_holds, dt_mla_prefill_1_buffers, 6, dt_mla_prefill_1_passes, 1},
    {"mla_prefill:formulation=fma;io=f32;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_mla_prefill_0_exact, 2, dt_mla_prefill_2_settings, 1,
     0, {7168, 64, 64, 1, 1, 5}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_0, dt_mla_prefill_0_holds, dt_mla_prefill_2_buffers, 5, dt_mla_prefill_2_passes, 1},
    {"mla_prefill:formulation=fma;io=f32;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     -1, NULL, NULL,
     0, 0, 0, 0.00001,
     NULL, dt_mla_prefill_0_exact, 2, dt_mla_prefill_2_settings, 1,
     0, {7168, 64, 64, 1, 1, 6}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_1, dt_mla_prefill_1_holds, dt_mla_prefill_3_buffers, 6, dt_mla_prefill_3_passes, 1},
    {"mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_mla_prefill_0_exact, 2, dt_mla_prefill_0_settings, 1,
     0, {7168, 64, 64, 1, 1, 5}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_0, dt_mla_prefill_0_holds, dt_mla_prefill_0_buffers, 5, dt_mla_prefill_0_passes, 1},
    {"mla_prefill:formulation=fma;io=f16;dispatchGflop=128;rowLanes=8;keyLanes=8;rowsPerThread=4;keysPerThread=4;dimsPerSlice=16;lanesAcross=8;unroll=true", "b3e89ec786b5a356",
     -1, NULL, NULL,
     0, 0, 0, 0.002,
     NULL, dt_mla_prefill_0_exact, 2, dt_mla_prefill_0_settings, 1,
     0, {7168, 64, 64, 1, 1, 6}, 0, 0, NULL, 0,
     &dt_launch_mla_prefill_1, dt_mla_prefill_1_holds, dt_mla_prefill_1_buffers, 6, dt_mla_prefill_1_passes, 1}};
/* Causal attention over whole sequences, after a cached prefix: MLA's expanded heads, MHA and GQA. */
static const dt_family dt_mla_prefill = {
    "mla_prefill", "Causal attention over whole sequences, after a cached prefix: MLA's expanded heads, MHA and GQA",
    dt_mla_prefill_axes, 7,
    dt_classes_mla_prefill, 3,
    dt_mla_prefill_storage, 1,
    dt_mla_prefill_variants, 6};

static const dt_family *const dt_families[] = {&dt_kda_decode, &dt_mla_prefill};
#define DT_FAMILY_COUNT 2

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
  if (no_vendor) return -1;
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

/* The value asked for of a storage type, else the family's first; NULL: any, which a variant asked for by its id brings. */
static inline const char *dt_wanted(const dt_storage *storage, const dt_request *request) {
  size_t i;
  for (i = 0; request && i < request->storage_count; i++) {
    if (strcmp(request->storage[i].name, storage->name) == 0) return request->storage[i].value;
  }
  return request && request->variant ? NULL : storage->values[0];
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
    if (k == variant->storage_count || (wanted && strcmp(variant->storage[k].value, wanted) != 0)) return 0;
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

#endif
