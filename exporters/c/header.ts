import { type NativeProgram } from "../native/program.ts";
import { LIMITS } from "../native/requirements.ts";
import { classFunction, launchFunctions } from "./functions.ts";
import choice from "./parts/choice.h" with { type: "text" };
import choose from "./parts/choose.h" with { type: "text" };
import device from "./parts/device.h" with { type: "text" };
import dispatches from "./parts/dispatches.h" with { type: "text" };
import sizes from "./parts/sizes.h" with { type: "text" };
import storage from "./parts/storage.h" with { type: "text" };
import text from "./parts/text.h" with { type: "text" };
import types from "./parts/types.h" with { type: "text" };
import { programTables, requirementNames, textTables } from "./tables.ts";

/** The header of a program: types, formulas as functions, WGSL, tables, and the driver. */
export function headerOf(program: NativeProgram): string {
  const { axes, most, licence, families, launches } = program;
  return [
    `/* deltatune.h: tuned WGSL kernels and the numbers to dispatch them by. Generated; licence ${licence}.
   C99 and C++11; allocates nothing, includes nothing but what stands here. Everything is static: include it from one
   file where its size counts. */
#ifndef DELTATUNE_H
#define DELTATUNE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
`,
    `/* The most any variant has. */
#define DT_MAX_WORDS ${most.words}
#define DT_MAX_BUFFERS ${most.buffers}
#define DT_MAX_CLASSES ${most.classes}

/* Features a variant may need, as flags. */
${requirementNames(LIMITS)}`,
    `/* Sizes of a call by axis letter; a family looks at its own letters only. */
typedef struct dt_axes {
  uint64_t ${axes.join(", ")};
} dt_axes;
`,
    types,
    "/* What each family's size classes count. */\n",
    families.map(classFunction).join("\n"),
    "/* Formulas: the conditions of a text, the lengths of its buffers, its dispatches. */\n",
    launches.map(launchFunctions).join("\n"),
    "/* WGSL, as the standard has it. */\n",
    textTables(program),
    "/* Devices, families, variants. */\n",
    programTables(program),
    choice,
    device,
    sizes,
    storage,
    dispatches,
    choose,
    text,
    "#endif\n",
  ].join("\n");
}
