import { createRoute } from "../../../../create_route.ts";
import { formatAxes } from "../../../../../../kernels/core/axes.ts";
import { FORMULATION, formulations } from "../../../../../../kernels/core/space.ts";
import { capabilitiesOf } from "../../../../capabilities.ts";
import { DeviceName } from "../../../../components/DeviceName.tsx";
import { Empty } from "../../../../components/Empty.tsx";
import { FigureView } from "../../../../components/FigureView.tsx";
import { Warnings } from "../../../../components/Warnings.tsx";
import { progressOf } from "../../../../family/best_so_far.ts";
import { failureGroups } from "../../../../family/failure_groups.ts";
import { FailuresView } from "../../../../family/FailuresView.tsx";
import { chosenAxes, chosenFormulation, familyUrl } from "../../../../family/family_choices.ts";
import { type FamilyPage, familyPage, fastestFirst, statusWords } from "../../../../family/family_page.ts";
import { heatCells } from "../../../../family/heat_cells.ts";
import { heatFigure } from "../../../../family/heat_figure.ts";
import { type Importance, importances } from "../../../../family/importance.ts";
import { type Landscape, landscapeOf } from "../../../../family/landscape.ts";
import { PassesView } from "../../../../family/PassesView.tsx";
import { stagesCommand } from "../../../../family/stages_command.ts";
import { progressFigure } from "../../../../family/progress_figure.ts";
import { stripFigure } from "../../../../family/strip_figure.ts";
import { trialColumns } from "../../../../family/trial_columns.ts";
import { ConfigTable, WinnerView } from "../../../../family/WinnerView.tsx";
import LiveForm from "../../../../islands/LiveForm.tsx";
import TrialTable from "../../../../islands/TrialTable.tsx";

/** Trials a page holds before the others come. */
const FIRST = 50;
/** Pixels: two stand side by side. */
const FIGURE_WIDTH = 590;

export default createRoute(async (c) => {
  const page = await familyPage(c);
  if (!page) return c.notFound();
  const { device, family, chosen, warnings } = page;
  const formulation = chosenFormulation(family, c.req.query("formulation"));
  const inView = chosen?.trials.filter((t) =>
    formulation === undefined || t.config[FORMULATION] === formulation
  );
  const landscape = landscapeOf(inView ?? [], { sourceHash: page.hash, axes: page.winner?.axes });
  const tunables = landscape ? importances(family.space, landscape.timed) : [];
  const axes = chosenAxes(tunables, { x: c.req.query("x"), y: c.req.query("y") });
  return c.render(
    <div class="family">
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/devices">Devices</a> /{" "}
        <DeviceName device={device.profile.device} href={`/devices/${encodeURIComponent(device.slug)}`} />
      </nav>
      <h1>{family.name}</h1>
      <p>
        {family.doc}.{" "}
        <a href={familyUrl(device.slug, family.name, "wgsl", { bucket: chosen?.bucket })}>
          WGSL of its variants
        </a>
      </p>
      <Warnings warnings={warnings} />
      {!chosen
        ? (
          <Empty
            what={`Nothing of ${family.name} was tried on this device yet.`}
            command={`deno task tune ${family.name}`}
          />
        )
        : (
          <>
            <Choices
              page={page}
              tunables={tunables}
              axes={axes}
              formulation={formulation?.toString()}
            />
            <LiveForm />
            <Body page={page} landscape={landscape} tunables={tunables} axes={axes} />
          </>
        )}
    </div>,
    { title: `${family.name} on ${device.profile.device.description || device.slug}`, section: "devices" },
  );
});

type HeatAxes = readonly [Importance, Importance] | undefined;

function Choices({ page: { family, buckets, chosen }, tunables, axes, formulation }: {
  readonly page: FamilyPage;
  readonly tunables: readonly Importance[];
  readonly axes: HeatAxes;
  readonly formulation?: string;
}) {
  const known = formulations(family.space).filter((f) => f !== undefined).map(String);
  const names = tunables.map(({ name }) => name);
  return (
    <form class="controls live part" id="choices" method="get">
      <label>
        Workload bucket
        <select name="bucket" id="choose-bucket">
          {buckets.map(({ bucket, trials }) => (
            <option key={bucket} value={bucket} selected={bucket === chosen!.bucket}>
              {`${bucket.slice(bucket.indexOf("@") + 1)} (${trials.length} ${
                trials.length === 1 ? "trial" : "trials"
              })`}
            </option>
          ))}
        </select>
      </label>
      {known.length > 1 && (
        <label>
          Formulation
          <select name="formulation" id="choose-formulation">
            <option value="">all</option>
            {known.map((f) => <option key={f} value={f} selected={f === formulation}>{f}</option>)}
          </select>
        </label>
      )}
      {axes && (["x", "y"] as const).map((axis, i) => (
        <label key={axis}>
          {axis === "x" ? "Heatmap across" : "Heatmap down"}
          <select name={axis} id={`choose-${axis}`}>
            {names.map((name) => (
              <option key={name} value={name} selected={name === axes[i].name}>{name}</option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit" class="apply">Apply</button>
    </form>
  );
}

function Body({ page, landscape, tunables, axes }: {
  readonly page: FamilyPage;
  readonly landscape?: Landscape;
  readonly tunables: readonly Importance[];
  readonly axes: HeatAxes;
}) {
  const { device, family, chosen, winner, hash } = page;
  const { bucket } = chosen!;
  const codeUrl = (variant: string) => familyUrl(device.slug, family.name, "wgsl", { bucket, a: variant });
  return (
    <>
      <div class="part" id="winner">
        {winner
          ? (
            <>
              <WinnerView winner={winner} isStale={winner.sourceHash !== hash} codeUrl={codeUrl} />
              <ConfigTable family={family} winner={winner} tunables={tunables} />
            </>
          )
          : (
            <p class="warn">
              No variant has won this bucket: none passed with the kernel's source and driver.
            </p>
          )}
      </div>
      <div class="part" id="landscape">
        {landscape && landscape.timed.length > 0 && (
          <LandscapeView page={page} landscape={landscape} tunables={tunables} axes={axes} />
        )}
      </div>
      <section class="part" id="failures">
        {landscape && (
          <>
            <h2>Failures</h2>
            <FailuresView
              groups={failureGroups(landscape.latest)}
              count={landscape.latest.length - landscape.timed.length}
              tried={landscape.latest.length}
              codeUrl={codeUrl}
            />
          </>
        )}
      </section>
      <section class="part" id="passes">
        {winner && (
          <>
            <h2>Passes of the winner</h2>
            <Passes page={page} />
          </>
        )}
      </section>
      <section class="part" id="trials" data-key={bucket}>
        <h2>Trials</h2>
        {chosen!.trials.length === 0
          ? (
            <p class="muted">
              The profile names a winner of this bucket; the trials it was chosen from are not here.
            </p>
          )
          : <Trials page={page} />}
      </section>
    </>
  );
}

function LandscapeView({ page, landscape, tunables, axes }: {
  readonly page: FamilyPage;
  readonly landscape: Landscape;
  readonly tunables: readonly Importance[];
  readonly axes: HeatAxes;
}) {
  const { space } = page.family;
  const named = ({ name }: Importance) => ({ name, values: space.tunables[name].values });
  return (
    <section>
      <h2>Landscape</h2>
      <p class="muted">{landscapeWords(landscape)}</p>
      <div class="columns">
        <div>
          {axes && (
            <FigureView
              width={FIGURE_WIDTH}
              figure={heatFigure(
                heatCells(landscape.latest, named(axes[0]), named(axes[1])),
                named(axes[0]),
                named(axes[1]),
              )}
            />
          )}
          <FigureView
            width={FIGURE_WIDTH}
            figure={progressFigure(progressOf(landscape.attempts), page.winner?.defaultTiming?.medianUs)}
          />
        </div>
        {tunables.length > 0
          ? <FigureView width={FIGURE_WIDTH} figure={stripFigure(tunables, page.winner?.config)} />
          : <p class="muted">No tunable took two values yet: there is nothing to compare.</p>}
      </div>
    </section>
  );
}

/** What the figures are of, and what they leave out. */
function landscapeWords({ axes, attempts, timed, latest, isStale, leftOut }: Landscape): string {
  const { stale, otherSize, otherClock } = leftOut;
  const out = [
    stale > 0 && `${stale} of an older source`,
    otherSize > 0 && `${otherSize} at other sizes`,
    otherClock > 0 && `${otherClock} by another clock`,
  ].filter(Boolean);
  return [
    `${latest.length} variants at ${formatAxes(axes)}, ${timed.length} with a time.`,
    attempts.length > latest.length &&
    `${attempts.length - latest.length} were tried again: what counts is the last time.`,
    isStale && "All are of an older source of the kernel.",
    out.length > 0 && `Trials in the table only: ${out.join(", ")}.`,
  ].filter(Boolean).join(" ");
}

function Passes({ page: { device, family, winner } }: { readonly page: FamilyPage }) {
  const { axes, config } = winner!;
  try {
    return (
      <>
        <PassesView plan={family.plan(axes, config, capabilitiesOf(device.profile.device))} />
        <p class="muted">
          How long each takes: <code>{stagesCommand(device.profile.device, family, winner!)}</code>
        </p>
      </>
    );
  } catch (error) {
    // Its tunables may be those of an older source.
    if (!(error instanceof Error)) throw error;
    return <p class="warn">{`The winner has no plan any more: ${error.message}`}</p>;
  }
}

function Trials({ page: { device, family, chosen, hash } }: { readonly page: FamilyPage }) {
  const { bucket, trials } = chosen!;
  const first = trialColumns(family.name, family.space, fastestFirst(trials).slice(0, FIRST), {
    size: ({ axes }) => formatAxes(axes),
    status: (trial) => statusWords(trial, hash),
  });
  return (
    <TrialTable
      first={first}
      total={trials.length}
      url={familyUrl(device.slug, family.name, "trials.json", { bucket })}
      code={`${familyUrl(device.slug, family.name, "wgsl", { bucket })}&a=`}
    />
  );
}
