import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { linkHover } from "../compare/linked_hover.ts";

/** Links the page's figures and tables by length; tells screen readers what the pointed-at figure says. */
export default function LinkedHover() {
  const said = useSignal("");
  useEffect(() => linkHover((text) => said.value = text), []);
  return <p class="unseen" aria-live="polite">{said.value}</p>;
}
