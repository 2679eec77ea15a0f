/** A mistake of the caller, told in one sentence; the command ends with exit code 2 and no stack trace. */
export class UserError extends Error {
  override name = "UserError";
}

/** Exit codes, as in sysexits where one fits. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, internal: 70, interrupted: 130 } as const;

/** Error classes that mean "the caller asked for something impossible", also when they cross the worker's pipe. */
const USER_ERRORS = new Set(["UserError", "RangeError", "TypeError", "SyntaxError", "StoreError"]);

/**
 * Whether an error is the caller's mistake. A RangeError, TypeError or SyntaxError counts only where our own code threw it
 * with a sentence; the engine's own ("x is not a function") are bugs, and V8 gives them away by their wording.
 */
export function isUserError(error: unknown): error is Error {
  if (!(error instanceof Error) || !USER_ERRORS.has(error.name)) return false;
  return !ENGINE_WORDING.test(error.message);
}

const ENGINE_WORDING =
  /is not a function|is not iterable|is not defined|is not a constructor|of (undefined|null)\b|before initialization|Maximum call stack|Invalid typed array length|Array buffer allocation failed|Assignment to constant|circular structure|dynamically imported module|Relative import path|Module not found|does not provide an export/;

/** Turns a file system error into a sentence that names the path; anything else passes through. */
export function fileError(action: string, path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof Deno.errors.NotCapable) {
    return new UserError(`Cannot ${action} ${path}: Deno was not given permission`);
  }
  const reason = /^(.*?) \(os error \d+\)/.exec(error.message)?.[1];
  return reason
    ? new UserError(`Cannot ${action} ${path}: ${reason[0].toLowerCase()}${reason.slice(1)}`)
    : error;
}
