// The few assertions most tests use, typed, on Node's own: the standard library comes from npm without types.
import nodeAssert from "node:assert/strict";

export function assert(condition: unknown, message?: string): asserts condition {
  nodeAssert.ok(condition, message);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepEqual(actual, expected, message);
}

/** The thrown error must be of `type` and its message must hold `part`. */
export function assertThrows(run: () => unknown, type: new (...args: never[]) => Error, part: string): void {
  try {
    run();
  } catch (error) {
    nodeAssert.ok(error instanceof type, `threw ${error} instead of a ${type.name}`);
    nodeAssert.ok(error.message.includes(part), `"${error.message}" does not hold "${part}"`);
    return;
  }
  nodeAssert.fail(`did not throw a ${type.name}`);
}
