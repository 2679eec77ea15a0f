import type { Axes, Capabilities, Param } from "../core/family.ts";
import type { KdaPrefillConfig } from "./space.ts";
import { rangesOf, type Window } from "./windows.ts";

/** What every pass of a plan is built from. */
export interface Setting {
  readonly axes: Axes;
  readonly config: KdaPrefillConfig;
  readonly device: Capabilities;
  readonly scale: number;
}

/** The uniform block all passes share; its fourth word is the window's chunks, or the token after its last. */
export function params(
  { axes, config, scale }: Setting,
  window: Window,
  fourth: "chunks" | "last",
): Param[] {
  // A window bound alone counts its tokens from 0.
  const alone = rangesOf(axes, window) !== undefined;
  const first = alone ? 0 : window.first;
  const tokens = alone ? Math.min(window.count, axes.T - window.first) : axes.T;
  const value = fourth === "chunks" ? window.count / config.chunkSize : first + window.count;
  return [
    { name: "tokens", type: "u32", value: tokens },
    { name: "heads", type: "u32", value: axes.H },
    { name: "first", type: "u32", value: first },
    { name: fourth, type: "u32", value },
    { name: "scale", type: "f32", value: scale },
  ];
}
