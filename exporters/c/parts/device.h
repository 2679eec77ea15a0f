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
