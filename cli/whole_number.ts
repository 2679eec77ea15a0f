import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Argument parser of an option that takes a whole number of at least `least`. */
export function wholeNumber(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`${option} takes a whole number of at least ${least}.`);
    }
    return value;
  };
}
