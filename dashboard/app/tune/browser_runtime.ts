/** A browser's name for itself, where it has one. */
export interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** Names in a user agent, the more particular ones first: Edge calls itself Chrome too, and Chrome Safari. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\/([\d.]+)/, "Edge"],
  [/\bOPR\/([\d.]+)/, "Opera"],
  [/\bFirefox\/([\d.]+)/, "Firefox"],
  [/\b(?:Headless)?Chrome\/([\d.]+)/, "Chrome"],
  [/\bVersion\/([\d.]+).*\bSafari\//, "Safari"],
];

/** Browser and version as a profile's `runtime`, as in "Chrome 153". */
export function browserRuntime(userAgent: string, brands: readonly Brand[] = []): string {
  // Brands hold a made-up one, so that nobody relies on the list.
  const own = brands.find(({ brand }) => !/not.?a.?brand|chromium/i.test(brand.replace(/[^a-z ]/gi, "")));
  if (own) return `${own.brand} ${own.version}`;
  for (const [pattern, name] of NAMES) {
    const version = pattern.exec(userAgent)?.[1].split(".")[0];
    if (version) return `${name} ${version}`;
  }
  return "a browser";
}
