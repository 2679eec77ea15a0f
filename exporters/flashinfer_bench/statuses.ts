import type { TrialStatus } from "../../profiles/schema.ts";

/** What FlashInfer-Bench calls each outcome; undefined for a variant that was never run. */
export const STATUSES: Readonly<Record<TrialStatus, string | undefined>> = {
  passed: "PASSED",
  rejected: undefined,
  compile_error: "COMPILE_ERROR",
  runtime_error: "RUNTIME_ERROR",
  incorrect: "INCORRECT_NUMERICAL",
  timeout: "TIMEOUT",
  device_lost: "RUNTIME_ERROR",
};
