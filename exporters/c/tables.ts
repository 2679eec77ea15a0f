import { FEATURES, needsOf } from "../native/requirements.ts";
import {
  type NativeFamily,
  type NativeProgram,
  type NativeVariant,
  uniformWords,
} from "../native/program.ts";
import { Tables } from "../native/tables.ts";
import { byteLength, literalLines, piecesOf, quoted, quotedOrNull } from "./literals.ts";

const DTYPES = { f32: "DT_F32", f16: "DT_F16", u32: "DT_U32", i32: "DT_I32" };
const ROLES = { input: "DT_INPUT", output: "DT_OUTPUT", state: "DT_STATE", scratch: "DT_SCRATCH" };

const braces = (...items: readonly (string | number)[]) => `{${items.join(", ")}}`;
const flag = (value: boolean) => value ? 1 : 0;

/** Every text in its pieces, a table of its own each: a program that names one family holds no other's. */
export const textTables = ({ texts }: NativeProgram): string =>
  texts.map(({ index, file, code }) => {
    const pieces = piecesOf(code);
    const lines = pieces.map((piece) => literalLines(piece)).join(",\n");
    const row = braces(quoted(file), byteLength(code), `dt_wgsl_${index}`, pieces.length);
    return `static const char *const dt_wgsl_${index}[] = {\n${lines}};\nstatic const dt_text dt_text_${index} = ${row};\n`;
  }).join("\n");

/** Devices, families and their variants, and every table these point into. */
export function programTables(program: NativeProgram): string {
  const families = program.families.map(familyTables);
  const devices = program.devices.map((
    { slug, vendor, architecture, device, description, software, backend },
  ) =>
    `    ${
      braces(
        ...[slug, vendor, architecture, device, description].map(quoted),
        flag(software),
        flag(backend === "builtin"),
      )
    }`
  );
  const names = program.families.map(({ name }) => `&dt_${name}`);
  return `static const dt_known dt_devices[] = {\n${devices.join(",\n")}};

${families.join("\n")}
static const dt_family *const dt_families[] = ${braces(...names)};
#define DT_FAMILY_COUNT ${names.length}
`;
}

function familyTables({ name, family, variants }: NativeFamily): string {
  const tables = new Tables((type, name, items) =>
    `static const ${type} ${name}[] = {\n    ${items.join(",\n    ")}};`
  );
  const list = listIn(tables);
  const axes = Object.entries(family.axes).map(([axis, { doc, min, max }]) => axisRow(axis, doc, min, max));
  const storage = Object.entries(family.storage).map(([key, values]) =>
    braces(
      quoted(key),
      ...list("char *const", `dt_${name}_${key}_values`, values.map((value) => quoted(`${value}`))),
    )
  );
  const rows = variants.map((variant, i) => variantRow(variant, `dt_${name}_${i}`, tables));
  const axesTable = list("dt_axis", `dt_${name}_axes`, axes).join(", ");
  const storageTable = list("dt_storage", `dt_${name}_storage`, storage).join(", ");
  return `${tables}
static const dt_variant dt_${name}_variants[] = {\n${rows.join(",\n")}};
/* ${family.doc}. */
static const dt_family dt_${name} = {
    ${quoted(name)}, ${quoted(family.doc)},
    ${axesTable},
    dt_classes_${name}, ${Object.keys(family.classes).length},
    ${storageTable},
    dt_${name}_variants, ${rows.length}};
`;
}

const axisRow = (name: string, doc: string, min: number, max: number) =>
  braces(quoted(name), quoted(doc), `offsetof(dt_axes, ${name})`, min, max);

/** A table's name and length, `NULL, 0` for none: C has no empty tables. */
const listIn = (tables: Tables) => (type: string, name: string, items: readonly string[]): [string, number] =>
  items.length === 0 ? ["NULL", 0] : [tables.nameOf(type, name, items), items.length];

function variantRow(
  { variant, launch, texts, classes }: NativeVariant,
  prefix: string,
  tables: Tables,
): string {
  const list = listIn(tables);
  const { measured, buffers } = variant;
  const needs = needsOf(variant);
  const order = buffers.map(({ name }) => name);
  const passes = variant.passes.map((pass, i) => {
    const params = pass.params.map((param) =>
      param.type === "u32"
        ? braces(quoted(param.name), 0, 0, 0)
        : braces(quoted(param.name), 1, param.value, param.perScale)
    );
    const bindings = pass.bindings.map(({ binding, buffer, access }) =>
      braces(binding, order.indexOf(buffer), flag(access === "read_write"))
    );
    const at = `${prefix}_${pass.label}`;
    return braces(
      ...[pass.label, pass.entryPoint].map(quoted),
      `&dt_text_${texts[i].index}`,
      braces(...pass.workgroupSize),
      pass.workgroupBytes,
      ...list("dt_param", `${at}_params`, params),
      4 * uniformWords(params.length),
      ...list("dt_binding", `${at}_bindings`, bindings),
    );
  });
  const settings = Object.entries(variant.storage).map(([key, value]) =>
    braces(quoted(key), quoted(`${value}`))
  );
  const exact = Object.entries(variant.exact).map(([key, size]) => axisRow(key, "", size, size));
  const parts = [
    [quoted(variant.id), quoted(variant.sourceHash)],
    [variant.device ?? -1, quotedOrNull(variant.bucket), quotedOrNull(measured?.stale)],
    [measured?.timing.medianUs ?? 0, measured?.timing.madUs ?? 0, measured?.error ?? 0, variant.tolerance],
    [
      list("uint64_t", `${prefix}_classes`, classes.map((size) => `${size}`))[0],
      ...list("dt_axis", `${prefix}_exact`, exact),
      ...list("dt_setting", `${prefix}_settings`, settings),
    ],
    [
      needs.features.map((name) => `DT_${name}`).join(" | ") || 0,
      braces(...needs.limits),
      needs.subgroups.min,
      needs.subgroups.max,
      ...list("dt_matrix", `${prefix}_matrices`, needs.matrices.map((shape) => braces(...shape))),
    ],
    [
      `&dt_launch_${launch.name}`,
      list("char *const", `${prefix}_holds`, launch.holds.map(quoted))[0],
      ...list(
        "dt_buffer",
        `${prefix}_buffers`,
        buffers.map(({ name, dtype, role }) => braces(quoted(name), DTYPES[dtype], ROLES[role])),
      ),
      ...list("dt_pass", `${prefix}_passes`, passes),
    ],
  ];
  return `    {${parts.map((part) => part.join(", ")).join(",\n     ")}}`;
}

/** Flags of features, and the names of features and limits in their order. */
export function requirementNames(limits: readonly string[]): string {
  const flags = Object.entries(FEATURES).map(([name, word], i) =>
    `#define DT_${word} ${1 << i}u /* ${name} */\n`
  );
  const names = (of: readonly string[]) => braces(...of.map(quoted));
  return `${flags.join("")}
static const char *const dt_feature_names[] = ${names(Object.keys(FEATURES))};
static const char *const dt_limit_names[] = ${names(limits)};
`;
}
