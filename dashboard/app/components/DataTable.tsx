import type { ComponentChildren } from "preact";

/** A table that scrolls on its own, by keyboard too; `label` says what it is to those who can't see it. */
export function DataTable({ label, tall, kind, children }: {
  readonly label: string;
  /** Scrolls down as well. */
  readonly tall?: boolean;
  /** A class more, for rules of its own. */
  readonly kind?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={tall ? "scroll tall" : "scroll"} tabIndex={0} role="region" aria-label={label}>
      <table class={kind ? `data ${kind}` : "data"}>{children}</table>
    </div>
  );
}
