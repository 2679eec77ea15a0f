import type { NativeProgram } from "../native/program.ts";
import { classFunction, launchFunctions } from "./functions.ts";
import arithmetic from "./parts/arithmetic.rs" with { type: "text" };
import choice from "./parts/choice.rs" with { type: "text" };
import choose from "./parts/choose.rs" with { type: "text" };
import device from "./parts/device.rs" with { type: "text" };
import text from "./parts/text.rs" with { type: "text" };
import types from "./parts/types.rs" with { type: "text" };
import variant from "./parts/variant.rs" with { type: "text" };
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
    arithmetic,
    "// What each family's size classes count.\n",
    families.map(classFunction).join("\n"),
    "// Formulas: the conditions of a text, the lengths of its buffers, its dispatches.\n",
    launches.map(launchFunctions).join("\n"),
    "// WGSL, as the standard has it.\n",
    textTables(program),
    "// Devices, families, variants.\n",
    programTables(program),
    choice,
    device,
    variant,
    choose,
    text,
  ].join("\n");
}
