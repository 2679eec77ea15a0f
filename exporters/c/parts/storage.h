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
