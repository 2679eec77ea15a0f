import type { Comparison } from "./comparison.ts";

type Device = Comparison["device"];

/** The device as a title names it; a software adapter is called one. */
export function deviceName({ description, vendor, architecture, software }: Device): string {
  const name = description || `${vendor} ${architecture}`.trim() || "an unnamed device";
  return software ? `${name}, a software adapter` : name;
}

/** Its WebGPU implementation and driver: "Dawn, driver 575.1". */
export function deviceStack({ backend, driver }: Device): string {
  const names = { builtin: "Deno's own WebGPU", dawn: "Dawn", browser: "a browser's WebGPU" };
  return `${names[backend]}, ${driver ? `driver ${driver}` : "driver unknown"}`;
}

/** What the times hold: token mixing alone, or projected bounds of the rest too. */
export function scopeWords({ withProjections, weightBits }: Comparison): string {
  return withProjections
    ? `Token mixing, and least times of projections and experts at ${weightBits}-bit weights (projected)`
    : "Token mixing only: no projections, experts, norms or sampling";
}

/** The sentence a software adapter's times come with. */
export const SOFTWARE_WARNING = "These times are of a software adapter and say nothing about a GPU.";
