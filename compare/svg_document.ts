import { parseHTML } from "linkedom";

/** A document to draw figures with where there is no page. */
export function svgDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}
