import { NagaError, parseWgsl, validate } from "naga-wasm";

/** Why naga takes this for no valid WGSL; undefined where it is. */
export function wgslRefusal(code: string): string | undefined {
  try {
    validate(parseWgsl(code));
  } catch (error) {
    if (error instanceof NagaError) return error.formatted;
    throw error;
  }
}
