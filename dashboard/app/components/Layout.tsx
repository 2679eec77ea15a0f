import type { Section } from "../env.ts";

const SECTIONS: readonly { readonly section: Section; readonly href: string; readonly label: string }[] = [
  { section: "overview", href: "/", label: "Overview" },
  { section: "compare", href: "/compare", label: "Compare" },
  { section: "devices", href: "/devices", label: "Devices" },
  { section: "portability", href: "/portability", label: "Portability" },
  { section: "live", href: "/live", label: "Live" },
  { section: "tune", href: "/tune", label: "Tune here" },
];

const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 2 15 14H1Z" fill="none" stroke="#0072b2" stroke-width="2"/></svg>',
);

/** The document around a page. `body` is rendered already: components escaped every text in it. */
export function Layout({ title, section, style, script, body }: {
  readonly title: string;
  readonly section?: Section;
  readonly style: string;
  readonly script?: string;
  readonly body: string;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} - Deltatune`}</title>
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href={style} />
        {script && <script type="module" src={script} />}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/" aria-label="Deltatune, overview">
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path d="M8 2 15 14H1Z" fill="none" stroke="currentColor" stroke-width="2" />
            </svg>
            Deltatune
          </a>
          <nav aria-label="Sections">
            {SECTIONS.map((s) => (
              <a key={s.section} href={s.href} aria-current={s.section === section ? "page" : undefined}>
                {s.label}
              </a>
            ))}
          </nav>
        </header>
        <main id="main" dangerouslySetInnerHTML={{ __html: body }} />
      </body>
    </html>
  );
}
