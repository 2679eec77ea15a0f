import { scopeWords, SOFTWARE_WARNING } from "../../../../compare/device_words.ts";
import { answersShown } from "../../compare/answers_shown.ts";
import { queryOf } from "../../compare/choice.ts";
import { CompareForm } from "../../compare/CompareForm.tsx";
import { lengthsTable } from "../../compare/lengths_table.ts";
import { LengthsTableView } from "../../compare/LengthsTableView.tsx";
import { shownFigures, untitled } from "../../compare/shown_figures.ts";
import { loadView, type View } from "../../compare/view.ts";
import { DeviceName } from "../../components/DeviceName.tsx";
import { Empty } from "../../components/Empty.tsx";
import { FigureView } from "../../components/FigureView.tsx";
import { Warnings } from "../../components/Warnings.tsx";
import { createRoute } from "../../create_route.ts";
import LinkedHover from "../../islands/LinkedHover.tsx";
import LiveForm from "../../islands/LiveForm.tsx";

export default createRoute(async (c) => {
  const { view, warnings } = await loadView(c.env.shelf, new URL(c.req.url).searchParams);
  return c.render(
    <>
      <h1>Compare</h1>
      {view ? <CompareForm view={view} /> : (
        <Empty
          what={warnings.length > 0
            ? "No comparison can be read: see below."
            : "Nothing was compared yet: what does the hybrid cost against full attention here?"}
          command="deno task compare"
        />
      )}
      <div class="part" id="compared">
        <Warnings warnings={warnings} />
        {view && <Compared view={view} />}
      </div>
      {view && (
        <>
          <LiveForm />
          <LinkedHover />
        </>
      )}
    </>,
    { title: "Compare", section: "compare" },
  );
});

function Compared({ view }: { readonly view: View }) {
  const { shown, choice } = view;
  const query = queryOf(choice);
  const answers = answersShown(view);
  const scope = `${scopeWords(shown[0].comparison)}.`;
  return (
    <>
      {shown.some(({ device }) => device.profile.device.software) && <p class="warn">{SOFTWARE_WARNING}</p>}
      <ul class="origin muted">
        {shown.map(({ device, comparison: { device: measured, at, untuned = [] } }) => (
          <li key={device.slug}>
            <DeviceName device={measured} href={`/devices/${encodeURIComponent(device.slug)}`} />
            {measured.driver && ` driver ${measured.driver},`} <time datetime={at}>{at.slice(0, 10)}</time>
            {untuned.length > 0 && (
              <>
                {" "}
                <span class="tag caution">default variants of {untuned.join(", ")}</span>
              </>
            )}
          </li>
        ))}
        <li>{scope}</li>
      </ul>
      {answers.length > 0 && (
        <section class="columns answers" aria-label="Answers">
          {answers.map(({ title, lines }) => (
            <article key={title} class="card">
              <h2>{title}</h2>
              <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
            </article>
          ))}
        </section>
      )}
      <div class="beside">
        <section aria-label="Figures">
          {shownFigures(view).map((figure) => {
            const bare = untitled(figure, shown[0].comparison);
            const file = `/compare/files/${encodeURIComponent(figure.name)}`;
            return (
              <FigureView
                key={figure.name}
                figure={{ ...bare, subtitle: bare.subtitle === scope ? "" : bare.subtitle }}
                width={720}
                lengths={figure.drawn?.lengths}
              >
                <p class="files">
                  <a href={`${file}.svg?${query}`} download>SVG</a>{" "}
                  <a href={`${file}.png?${query}`} download>PNG</a>
                </p>
              </FigureView>
            );
          })}
        </section>
        <aside>
          <LengthsTableView table={lengthsTable(view)} />
          <p class="files">
            All of it: <a href={`/compare/files/points.csv?${query}`} download>CSV</a>{" "}
            <a href={`/compare/files/comparison.json?${query}`} download>JSON</a>
          </p>
        </aside>
      </div>
    </>
  );
}
