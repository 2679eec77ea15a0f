import {
  type NativeFamily,
  type NativeProgram,
  type NativeVariant,
  uniformWords,
} from "../native/program.ts";
import { FEATURES, LIMITS, needsOf } from "../native/requirements.ts";
import { Tables } from "../native/tables.ts";
import { float, quoted, quotedOption, raw, slice } from "./literals.ts";

const DTYPES = { f32: "Dtype::F32", f16: "Dtype::F16", u32: "Dtype::U32", i32: "Dtype::I32" };
const ROLES = {
  input: "Role::Input",
  output: "Role::Output",
  state: "Role::State",
  scratch: "Role::Scratch",
};

/** Every text, which passes point to. */
export const textTables = ({ texts }: NativeProgram): string =>
  texts.map(({ index, file, code }) =>
    `pub static TEXT_${index}: Text = Text {\n    name: ${quoted(file)},\n    code: ${raw(code)},\n};\n`
  ).join("\n");

/** Devices, families and their variants. */
export function programTables({ devices, families }: NativeProgram): string {
  const known = devices.map(({ software, backend, ...device }) => {
    const names = (["slug", "vendor", "architecture", "device", "description"] as const).map((name) =>
      `${name}: ${quoted(device[name])}`
    );
    return `    Known { ${names.join(", ")}, software: ${software}, naga: ${backend === "builtin"} },\n`;
  });
  return `/// Devices that variants were tuned on.
pub static DEVICES: [Known; ${known.length}] = [\n${known.join("")}];

${families.map(familyTables).join("\n")}
/// Every family.
pub static FAMILIES: [&Family; ${families.length}] = ${
    slice(families.map(({ name }) => `&${name.toUpperCase()}`)).slice(1)
  };
`;
}

function familyTables({ name, family, variants }: NativeFamily): string {
  const tables = new Tables((type, table, items) =>
    `static ${table}: [${type}; ${items.length}] = [\n${items.map((item) => `    ${item},\n`).join("")}];\n`
  );
  const rows = variants.map((variant, i) => variantRow(variant, `${name}_${i}`.toUpperCase(), tables));
  const axes = Object.entries(family.axes).map(([axis, { doc, min, max }]) => axisRow(axis, doc, min, max));
  const storage = Object.entries(family.storage).map(([key, values]) =>
    `(${quoted(key)}, ${slice(values.map((value) => quoted(`${value}`)))})`
  );
  return `${tables}
/// ${family.doc}.
pub static ${name.toUpperCase()}: Family = Family {
    name: ${quoted(name)},
    doc: ${quoted(family.doc)},
    axes: &[\n${axes.map((row) => `        ${row},\n`).join("")}    ],
    classes: classes_${name},
    class_count: ${Object.keys(family.classes).length},
    storage: ${slice(storage)},
    variants: &[\n${rows.join("")}    ],
};
`;
}

const axisRow = (name: string, doc: string, min: number, max: number) =>
  `Axis { name: ${quoted(name)}, doc: ${quoted(doc)}, of: |axes| axes.${name}, min: ${min}, max: ${max} }`;

function variantRow(
  { variant, launch, texts, classes }: NativeVariant,
  prefix: string,
  tables: Tables,
): string {
  const { measured, buffers } = variant;
  const { features, limits, subgroups, matrices } = needsOf(variant);
  const order = buffers.map(({ name }) => name);
  const passes = variant.passes.map(
    ({ label, entryPoint, workgroupSize, workgroupBytes, params, bindings }, i) => {
      const words = params.map((param) =>
        param.type === "u32"
          ? `Param::U32(${quoted(param.name)})`
          : `Param::F32(${quoted(param.name)}, ${float(param.value)}, ${float(param.perScale)})`
      );
      const bound = bindings.map(({ binding, buffer, access }) =>
        `Binding { binding: ${binding}, buffer: ${order.indexOf(buffer)}, writes: ${
          access === "read_write"
        } }`
      );
      return `Pass { label: ${quoted(label)}, entry_point: ${quoted(entryPoint)}, text: &TEXT_${
        texts[i].index
      }, ` +
        `workgroup_size: [${workgroupSize.join(", ")}], workgroup_bytes: ${workgroupBytes}, params: ${
          slice(words)
        }, ` +
        `uniform_bytes: ${4 * uniformWords(params.length)}, bindings: ${slice(bound)} }`;
    },
  );
  const rows = buffers.map(({ name, dtype, role }) =>
    `Buffer { name: ${quoted(name)}, dtype: ${DTYPES[dtype]}, role: ${ROLES[role]} }`
  );
  const exact = Object.entries(variant.exact).map(([axis, size]) => axisRow(axis, "", size, size));
  const settings = Object.entries(variant.storage).map(([key, value]) =>
    `(${quoted(key)}, ${quoted(`${value}`)})`
  );
  const shapes = matrices.map(([M, N, K]) => `Matrix { M: ${M}, N: ${N}, K: ${K} }`);
  const fields = [
    `id: ${quoted(variant.id)}`,
    `source_hash: ${quoted(variant.sourceHash)}`,
    `device: ${variant.device === undefined ? "None" : `Some(${variant.device})`}`,
    `bucket: ${quotedOption(variant.bucket)}`,
    `stale: ${quotedOption(measured?.stale)}`,
    `median_us: ${float(measured?.timing.medianUs ?? 0)}, mad_us: ${
      float(measured?.timing.madUs ?? 0)
    }, error: ${float(measured?.error ?? 0)}`,
    `tolerance: ${float(variant.tolerance)}`,
    `classes: ${slice(classes.map(String))}`,
    `exact: &${tables.nameOf("Axis", `${prefix}_EXACT`, exact)}`,
    `storage: ${slice(settings)}`,
    `features: ${features.join(" | ") || 0}`,
    `limits: Limits { ${LIMITS.map((name, i) => `${snake(name)}: ${limits[i]}`).join(", ")} }`,
    `subgroup_min: ${subgroups.min}, subgroup_max: ${subgroups.max}, matrices: ${slice(shapes)}`,
    `launch: &LAUNCH_${launch.name.toUpperCase()}`,
    `holds: ${slice(launch.holds.map(quoted))}`,
    `buffers: &${tables.nameOf("Buffer", `${prefix}_BUFFERS`, rows)}`,
    `passes: &${tables.nameOf("Pass", `${prefix}_PASSES`, passes)}`,
  ];
  return `        Variant {\n${fields.map((field) => `            ${field},\n`).join("")}        },\n`;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Flags of features, and the names of features and limits in their order. */
export function requirementNames(): string {
  const flags = Object.entries(FEATURES).map(([name, word], i) =>
    `/// ${name}\npub const ${word}: u32 = ${1 << i};\n`
  );
  const names = (of: readonly string[]) => `[&str; ${of.length}] = [${of.map(quoted).join(", ")}]`;
  return `${flags.join("")}pub static FEATURE_NAMES: ${names(Object.keys(FEATURES))};
pub static LIMIT_NAMES: ${names(LIMITS)};
`;
}
