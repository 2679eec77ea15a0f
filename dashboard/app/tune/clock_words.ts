import { formatTime } from "../../../compare/quantities.ts";
import type { Ceilings } from "../../../profiles/schema.ts";

/** What measure() asks of a span at least: steps of the clock, and microseconds on a GPU. */
const LEAST_STEPS = 100;
const COARSE_NS = 1000;

/** How well this browser's clock tells times, and what is done about it. */
export function clockWords({ timestampQuantumNs }: Ceilings): string {
  if (timestampQuantumNs === 0) {
    return "This browser gives no GPU timestamps: calls are timed by its wall clock, the cost of submitting them included.";
  }
  if (timestampQuantumNs < COARSE_NS) {
    return `The GPU's clock steps by ${Math.round(timestampQuantumNs)} ns here.`;
  }
  const step = formatTime(timestampQuantumNs / 1e3);
  const span = formatTime(LEAST_STEPS * timestampQuantumNs / 1e3);
  return `This browser rounds the GPU's clock to ${step}, unless its developer features are on: calls are repeated ` +
    `until a span holds ${LEAST_STEPS} steps (${span}).`;
}
