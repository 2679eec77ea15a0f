import { type Comparison, HOW, type How } from "./comparison.ts";
import type { Curve, CurvePoint } from "./curve.ts";
import { deviceName, deviceStack } from "./device_words.ts";
import { formatTokens } from "./quantities.ts";

const DRAWN: Readonly<Record<How, string>> = {
  measured: "Filled marks: measured at this size.",
  integrated: "Hollow marks: integrated from windows that ran at several prefix lengths.",
  projected: "Dashed: projected by a fit or a bound, at least in part.",
};

/** What a title ends with: device, WebGPU implementation and driver. */
export function onDevice({ device }: Comparison): string {
  return `on ${deviceName(device)} (${deviceStack(device)})`;
}

/** What the marks and bands of these curves mean. */
export function drawnNotes(curves: readonly Curve[]): string[] {
  const points = curves.filter((c) => !c.isReference).flatMap((c) => c.points);
  const hows = HOW.filter((how) => points.some((p) => p.how === how));
  const banded = points.some((p) => p.high > p.low);
  return [
    [...hows.map((how) => DRAWN[how]), ...(banded ? ["Bands or bars: 95 % intervals."] : [])].join(" "),
  ];
}

/** What curves show, in words. */
export function altText(title: string, curves: readonly Curve[], format: (value: number) => string): string {
  const words = ({ value, tokens, how }: CurvePoint) =>
    `${how === "projected" ? "~" : ""}${format(value)} at ${formatTokens(tokens)}`;
  const ends = curves.map((curve) => {
    const [first, last] = [curve.points[0], curve.points.at(-1)!];
    return `${curve.label}: ${first === last ? words(last) : `${words(first)} to ${words(last)}`}`;
  });
  return `${title}. ${ends.join("; ")}.`;
}
