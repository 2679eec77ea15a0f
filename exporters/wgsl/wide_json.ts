const WIDTH = 110;

/** JSON for people: what fits a line stands on one. */
export function wideJson(value: unknown, indent = "", lead = ""): string {
  const flat = onOneLine(value);
  if (typeof value !== "object" || value === null) return flat;
  if (indent.length + lead.length + flat.length < WIDTH) return flat;
  const inner = indent + "  ";
  const [open, close, items] = Array.isArray(value)
    ? ["[", "]", value.map((item) => wideJson(item, inner))]
    : [
      "{",
      "}",
      entries(value).map(([name, item]) => {
        const lead = `${JSON.stringify(name)}: `;
        return lead + wideJson(item, inner, lead);
      }),
    ];
  return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
}

/** As JSON.stringify: what is undefined is not there. */
const entries = (value: object) => Object.entries(value).filter(([, item]) => item !== undefined);

function onOneLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  const items = entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${onOneLine(item)}`);
  return items.length === 0 ? "{}" : `{ ${items.join(", ")} }`;
}
