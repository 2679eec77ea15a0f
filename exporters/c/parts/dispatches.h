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
