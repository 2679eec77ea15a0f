import type { NativeProgram } from "../native/program.ts";
import { classFunction, launchFunctions } from "./functions.ts";
import driver from "./parts/driver.rs" with { type: "text" };
import types from "./parts/types.rs" with { type: "text" };
import { programTables, requirementNames, textTables } from "./tables.ts";

/** The Rust module of a program: types, formulas as functions, WGSL, statics, and the driver. */
export function moduleOf(program: NativeProgram): string {
  const { axes, most, licence, families, launches } = program;
  return [
    `//! deltatune_kernels: tuned WGSL kernels and the numbers to dispatch them by. Generated; licence ${licence}.
//! Allocates nothing and needs no crate and no std.
#![allow(dead_code, non_snake_case)]

/// The most any variant has.
pub const MAX_WORDS: usize = ${most.words};
pub const MAX_BUFFERS: usize = ${most.buffers};
pub const MAX_CLASSES: usize = ${most.classes};

// Features a variant may need, as flags.

${requirementNames()}
/// Sizes of a call by axis letter; a family looks at its own letters only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Axes {
${axes.map((name) => `    pub ${name}: u64,\n`).join("")}}
`,
    types,
    "// What each family's size classes count.\n",
    families.map(classFunction).join("\n"),
    "// Formulas: the conditions of a text, the lengths of its buffers, its dispatches.\n",
    launches.map(launchFunctions).join("\n"),
    "// WGSL, as the standard has it.\n",
    textTables(program),
    "// Devices, families, variants.\n",
    programTables(program),
    driver,
  ].join("\n");
}
