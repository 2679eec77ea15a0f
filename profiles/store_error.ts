/** Thrown where a profile cannot be read or written; the message is one sentence fit for a user. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
