import { useEffect } from "preact/hooks";

/** Told to the document when parts of the page were replaced. */
export const SWAPPED = "deltatune:swapped";

/**
 * Makes forms of class `live` act as soon as a control changes: asks the server for the page under the new address and
 * takes over its elements of class `part`, by id, save those whose data-key is the same as before. Without it a form has
 * its button, and the page loads anew.
 */
export default function LiveForm() {
  useEffect(() => {
    const asking = { current: new AbortController() };
    const update = async (form: HTMLFormElement) => {
      const query = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
      const url = `${location.pathname}?${query}`;
      asking.current.abort();
      asking.current = new AbortController();
      const answer = await fetch(url, { signal: asking.current.signal }).catch(() => undefined);
      if (!answer?.ok) return answer && location.assign(url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement?.id;
      for (const part of document.querySelectorAll<HTMLElement>(".part[id]")) {
        const fresh = page.getElementById(part.id);
        const isSame = part.dataset.key !== undefined && part.dataset.key === fresh?.dataset.key;
        if (fresh && !isSame) part.replaceWith(document.adoptNode(fresh));
      }
      // A control that was replaced with its form keeps the keyboard.
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      history.replaceState(null, "", url);
      document.dispatchEvent(new Event(SWAPPED));
    };
    const changed = (event: Event) => {
      const form = (event.target as Element).closest<HTMLFormElement>("form.live");
      if (form) void update(form);
    };
    document.documentElement.classList.add("scripted");
    document.addEventListener("change", changed);
    return () => document.removeEventListener("change", changed);
  }, []);
  return null;
}
