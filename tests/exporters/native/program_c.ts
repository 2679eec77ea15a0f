import { type Case, type Own, OWNS } from "./cases.ts";

/** A C program that prints what deltatune.h says of each case, in the words of expectedLines(). */
export function programC(cases: readonly Case[]): string {
  const text = (value: string | undefined) => value === undefined ? "NULL" : JSON.stringify(value);
  const settings = cases.map(({ storage }, i) => {
    const rows = Object.entries(storage).map(([name, value]) => `{${text(name)}, ${text(value)}}`);
    return `static const dt_setting settings_${i}[] = {${[...rows, "{NULL, NULL}"].join(", ")}};\n`;
  });
  const rows = cases.map(({ family, own, axes, storage, variant, scale }, i) => {
    const sizes = LETTERS.map((name) => axes[name] ?? 0).join(", ");
    return `    {${text(family)}, ${own}, {${sizes}}, {settings_${i}, ${Object.keys(storage).length}, ${
      text(variant)
    }}, ${scale === undefined ? "0, 0" : `1, ${scale}`}},\n`;
  });
  return `#include "deltatune.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const dt_matrix matrices[] = {{16, 16, 16}};
static const dt_device owns[] = {\n${OWNS.map(deviceRow).join("")}};
typedef struct one {
  const char *family;
  int own;
  uint64_t sizes[${LETTERS.length}];
  dt_request request;
  int scaled;
  double scale;
} one;
${settings.join("")}static const one cases[] = {\n${rows.join("")}};
static const char *const statuses[] = {"", "NoStorage", "NoVariant", "BadAxis", "NoDevice", "NoSizes", "NoGroups"};
static const char *const rungs[] = {"adapter", "architecture", "vendor", "portable", "other"};
static const char *const dtypes[] = {"f32", "f16", "u32", "i32"};
static const char *const roles[] = {"input", "output", "state", "scratch"};

typedef struct printing {
  const dt_variant *variant;
  int naga;
} printing;

static uint32_t hash_of(const dt_text *text, int naga) {
  char *code = (char *)malloc(text->bytes + 1);
  const size_t bytes = dt_write_text(text, naga, code, text->bytes + 1);
  uint32_t value = 0x811c9dc5u;
  size_t i;
  for (i = 0; i < bytes; i++) value = (value ^ (unsigned char)code[i]) * 0x01000193u;
  free(code);
  return value;
}

static int print_step(const dt_step *step, void *user) {
  const printing *at = (const printing *)user;
  size_t i;
  printf("step %s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " words", step->pass->label, step->pass->entry_point,
         step->workgroups[0], step->workgroups[1], step->workgroups[2]);
  for (i = 0; i < step->pass->uniform_bytes / 4; i++) printf(" %" PRIu32, step->words[i]);
  printf(" bound");
  for (i = 0; i < step->pass->binding_count; i++) {
    const dt_binding *binding = &step->pass->bindings[i];
    printf(" %" PRIu32 ":%s:%s", binding->binding, at->variant->buffers[binding->buffer].name,
           binding->writes ? "rw" : "r");
  }
  printf(" code %" PRIu32 "\\n", hash_of(step->pass->text, at->naga));
  return 0;
}

int main(void) {
  size_t i, k;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const one *c = &cases[i];
    const dt_device *own = &owns[c->own];
    dt_axes axes;
    dt_choice choice;
    uint64_t bytes[DT_MAX_BUFFERS];
    printing at;
    memset(&axes, 0, sizeof axes);
${LETTERS.map((name, i) => `    axes.${name} = c->sizes[${i}];\n`).join("")}
    if (dt_choose(dt_family_named(c->family), own, &axes, &c->request, &choice) != DT_OK) {
      printf("case %zu refused %s\\n", i, statuses[choice.status]);
      continue;
    }
    at.variant = choice.variant;
    at.naga = own->naga;
    printf("case %zu %s %s %s\\n", i, rungs[choice.rung], at.variant->id, at.variant->bucket ? at.variant->bucket : "-");
    dt_buffer_bytes(at.variant, own, &axes, bytes);
    for (k = 0; k < at.variant->buffer_count; k++) {
      const dt_buffer *buffer = &at.variant->buffers[k];
      printf("buffer %s %" PRIu64 " %s %s\\n", buffer->name, bytes[k], dtypes[buffer->dtype], roles[buffer->role]);
    }
    if (i % 2) {
      const size_t count = dt_list_dispatches(at.variant, own, &axes, c->scaled ? &c->scale : NULL, NULL, 0);
      dt_step *steps = (dt_step *)malloc(count * sizeof *steps);
      if (dt_list_dispatches(at.variant, own, &axes, c->scaled ? &c->scale : NULL, steps, count) != count) return 1;
      for (k = 0; k < count; k++) print_step(&steps[k], &at);
      free(steps);
    } else {
      dt_dispatches(at.variant, own, &axes, c->scaled ? &c->scale : NULL, print_step, &at);
    }
  }
  return 0;
}
`;
}

/** Axes of all families. */
export const LETTERS = ["B", "C", "G", "H", "K", "N", "P", "S", "T", "V"];

/** Every second device gives its vendor by number, where it is one of those known by theirs. */
function deviceRow(
  { vendor, raw, built, software, naga, features, limits, maxBinding, maxGroups, matrices, subgroupSize }:
    Own,
) {
  const flags = [["shader-f16", 1], ["subgroups", 2], ["chromium-experimental-subgroup-matrix", 4]] as const;
  const granted = flags.filter(([name]) => features.has(name)).reduce((sum, [, value]) => sum + value, 0);
  const least = [
    limits.maxComputeWorkgroupStorageSize,
    limits.maxComputeInvocationsPerWorkgroup,
    limits.maxComputeWorkgroupSizeX,
    limits.maxComputeWorkgroupSizeY,
    limits.maxComputeWorkgroupSizeZ,
    limits.maxStorageBuffersPerShaderStage,
  ];
  const [device, description] = [raw[0], raw[1]].map((name) =>
    name === undefined ? "NULL" : JSON.stringify(name)
  );
  const id = vendor === "amd" ? "0x1002, NULL" : `0, ${JSON.stringify(vendor)}`;
  return `    {${id}, ${JSON.stringify(built)}, ${device}, ${description}, ${Number(software)}, ${
    Number(naga)
  }, ${granted}u, {${least.join(", ")}}, ${maxGroups}, ${maxBinding}, ${
    maxBinding + 4096
  }, ${subgroupSize.min}, ${subgroupSize.max}, matrices, ${matrices.length}},\n`;
}
