// @ts-check
// What a bundle holds; an export writes its own in this place.

/** @type {any[]} */
export const devices = [];
/** @type {Record<string, () => Promise<{ family: any, code: Record<string, string> }>>} */
export const families = {};
