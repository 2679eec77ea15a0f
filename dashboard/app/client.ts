import { createClient } from "honox/client";
import { h, hydrate } from "preact";

// Loaded by pages with an island only.
const wake = () =>
  createClient({
    hydrate: (element, root) => hydrate(element as never, root),
    createElement: (type, props) => h(type, props) as never,
  });
void wake();
// Parts of a page that were replaced bring islands of their own; those awake already are left alone.
document.addEventListener("deltatune:swapped", () => void wake());
