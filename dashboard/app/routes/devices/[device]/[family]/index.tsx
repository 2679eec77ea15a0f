import { createRoute } from "../../../../create_route.ts";
import { formatAxes } from "../../../../../../kernels/core/axes.ts";
import { FORMULATION } from "../../../../../../kernels/core/space.ts";
import { type StagesEntry, stagesOf } from "../../../../../../profiles/stages.ts";
import { StoreError } from "../../../../../../profiles/store_error.ts";
import { DeviceName } from "../../../../components/DeviceName.tsx";
import { Empty } from "../../../../components/Empty.tsx";
import { StageBars } from "../../../../components/StageBars.tsx";
import { Warnings } from "../../../../components/Warnings.tsx";
import type { Shelf } from "../../../../env.ts";
import { failureGroups } from "../../../../family/failure_groups.ts";
import { FailuresView } from "../../../../family/FailuresView.tsx";
import {
  chosenAxes,
  chosenFormulation,
  familyUrl,
  type HeatAxes,
} from "../../../../family/family_choices.ts";
import { type FamilyPage, familyPage, fastestFirst, statusWords } from "../../../../family/family_page.ts";
import { FamilyChoices } from "../../../../family/FamilyChoices.tsx";
import { type Importance, importances } from "../../../../family/importance.ts";
import { type Landscape, landscapeOf } from "../../../../family/landscape.ts";
import { LandscapeView } from "../../../../family/LandscapeView.tsx";
import { tuneCommand } from "../../../../family/commands.ts";
import { trialColumns } from "../../../../family/trial_columns.ts";
import { WinnerPasses } from "../../../../family/WinnerPasses.tsx";
import { ConfigTable, WinnerView } from "../../../../family/WinnerView.tsx";
import LiveForm from "../../../../islands/LiveForm.tsx";
import TrialTable from "../../../../islands/TrialTable.tsx";

/** Trials a page holds before the others come. */
const FIRST = 50;

export default createRoute(async (c) => {
  const page = await familyPage(c);
  if (!page) return c.notFound();
  const { device, family, chosen, warnings } = page;
  const record = device.profile.device;
  const formulation = chosenFormulation(family, c.req.query("formulation"));
  const inView = chosen?.trials.filter(({ config }) =>
    formulation === undefined || config[FORMULATION] === formulation
  );
  const landscape = landscapeOf(inView ?? [], { sourceHash: page.hash, axes: page.winner?.axes });
  const tunables = landscape ? importances(family.space, landscape.timed) : [];
  const stages = await storedStages(c.env.shelf, page);
  const axes = chosenAxes(
    tunables,
    landscape?.latest ?? [],
    { x: c.req.query("x"), y: c.req.query("y") },
    page.winner?.config,
  );
  return c.render(
    <div class="family">
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/devices">Devices</a> /{" "}
        <DeviceName device={record} href={`/devices/${encodeURIComponent(device.slug)}`} />
      </nav>
      <h1>{family.name}</h1>
      <p>
        {family.doc}.{" "}
        <a href={familyUrl(device.slug, family.name, "wgsl", { bucket: chosen?.bucket })}>
          WGSL of its variants
        </a>
      </p>
      <Warnings warnings={[...warnings, ...stages.warnings]} />
      {!chosen ? <Untried page={page} /> : (
        <>
          <FamilyChoices page={page} tunables={tunables} axes={axes} formulation={formulation} />
          <LiveForm />
          <Body page={page} landscape={landscape} tunables={tunables} axes={axes} stages={stages.entry} />
        </>
      )}
    </div>,
    { title: `${family.name} on ${record.description || device.slug}`, section: "devices" },
  );
});

/** The stages kept of the bucket's winner, or why they can't be read. */
async function storedStages(
  shelf: Shelf,
  { device, winner }: FamilyPage,
): Promise<{ readonly entry?: StagesEntry; readonly warnings: readonly string[] }> {
  try {
    return { entry: winner && stagesOf(await shelf.stages(device), winner), warnings: [] };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { warnings: [error.message] };
  }
}

function Body({ page, landscape, tunables, axes, stages }: {
  readonly page: FamilyPage;
  readonly stages?: StagesEntry;
  readonly landscape?: Landscape;
  readonly tunables: readonly Importance[];
  readonly axes?: HeatAxes;
}) {
  const { device, family, winner, hash } = page;
  const { bucket, trials } = page.chosen!;
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
              No variant has won this bucket: none passed with the kernel's source and driver as they are now.
            </p>
          )}
      </div>
      <div class="part" id="landscape">
        {landscape
          ? (
            <LandscapeView page={page} landscape={landscape} tunables={tunables} axes={axes}>
              <h3>Failures</h3>
              <FailuresView
                groups={failureGroups(landscape.latest)}
                count={landscape.latest.length - landscape.timed.length}
                tried={landscape.latest.length}
                codeUrl={codeUrl}
              />
            </LandscapeView>
          )
          : trials.length > 0 && <p class="muted">No trial of this formulation is in this bucket.</p>}
      </div>
      <section class="part" id="passes">
        {winner && (
          <>
            <h2>Passes of the winner</h2>
            <WinnerPasses
              page={page}
              winner={winner}
              measured={stages && <StageBars entry={stages} stale={stages.sourceHash !== hash} />}
            />
          </>
        )}
      </section>
      <section class="part" id="trials" data-key={bucket}>
        <h2>Trials</h2>
        {trials.length === 0
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

function Untried({ page: { device, family } }: { readonly page: FamilyPage }) {
  const record = device.profile.device;
  const what = `Nothing of ${family.name} was tried on this device yet.`;
  if (record.backend !== "browser") return <Empty what={what} command={tuneCommand(record, family)} />;
  return (
    <p class="empty">
      {what} Open <a href="/tune">Tune here</a> in its browser.
    </p>
  );
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
