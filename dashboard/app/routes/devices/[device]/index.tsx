import { deviceName, deviceStack, SOFTWARE_WARNING } from "../../../../../compare/device_words.ts";
import { StoreError } from "../../../../../profiles/store_error.ts";
import { DeviceName } from "../../../components/DeviceName.tsx";
import { Empty } from "../../../components/Empty.tsx";
import { FigureView } from "../../../components/FigureView.tsx";
import { Warnings } from "../../../components/Warnings.tsx";
import { createRoute } from "../../../create_route.ts";
import { CeilingsCard } from "../../../device/CeilingsCard.tsx";
import { familyTrials } from "../../../device/family_trials.ts";
import { Granted, Identity } from "../../../device/Identity.tsx";
import { rooflineFigure } from "../../../device/roofline_figure.ts";
import { trialPoints, winnerPoints } from "../../../device/roofline_points.ts";
import { familyLabels, workloadLabels } from "../../../device/winner_labels.ts";
import { WinnersTable } from "../../../device/WinnersTable.tsx";
import type { ShelvedDevice } from "../../../env.ts";
import LiveForm from "../../../islands/LiveForm.tsx";
import { currentHashes, isStale } from "../../../staleness.ts";

export default createRoute(async (c) => {
  const { shelf } = c.env;
  const found = await shelf.device(c.req.param("device") ?? "");
  if (!found) return c.notFound();
  const { slug, profile, comparedAt } = found;
  const { device, winners, ceilings } = profile;
  const families = shownFamilies(found);
  const asked = c.req.query("family") ?? "";
  const family = families.includes(asked) ? asked : undefined;
  const [{ trials, warnings }, hashes, stages] = await Promise.all([
    familyTrials(shelf, found),
    currentHashes(),
    shelf.stages(found).then((stages) => ({ stages, warnings: [] }), unreadable),
  ]);
  const shown = winnerPoints(winners.filter((w) => family === undefined || w.family === family), hashes);
  const roofline = {
    device: `${deviceName(device)}, ${deviceStack(device)}`,
    ceilings,
    trials: trialPoints(
      (family === undefined ? [...trials.keys()] : [family]).flatMap((f) => trials.get(f) ?? []),
    ),
    winners: shown,
    labels: family === undefined ? familyLabels(shown) : workloadLabels(shown),
    family,
  };
  const stale = winners.filter((winner) => isStale(winner, hashes)).length;
  return c.render(
    <>
      <h1>
        <DeviceName device={device} />
      </h1>
      <p class="muted">
        Last tuned <time datetime={profile.updatedAt}>{profile.updatedAt.slice(0, 10)}</time>
        {comparedAt && (
          <>
            {"; "}
            <a href={`/compare?device=${encodeURIComponent(slug)}`}>
              compared{" "}
              <time datetime={comparedAt.toISOString()}>{comparedAt.toISOString().slice(0, 10)}</time>
            </a>
          </>
        )}
      </p>
      {device.software && <p class="warn">{SOFTWARE_WARNING}</p>}
      <Warnings warnings={[...warnings, ...stages.warnings]} />
      <div class="columns device-cards">
        <Identity device={device} />
        <CeilingsCard ceilings={ceilings} />
      </div>
      <section>
        <h2>Roofline and winners</h2>
        {families.length === 0
          ? <Empty what="Nothing was tried on this device yet." command="deno task tune" />
          : (
            <>
              <form class="controls live" method="get">
                <label>
                  Family
                  <select name="family">
                    <option value="">all</option>
                    {families.map((name) => (
                      <option key={name} value={name} selected={name === family}>{name}</option>
                    ))}
                  </select>
                </label>
                <button class="apply" type="submit">Apply</button>
              </form>
              <div class="part" id="roofline">
                <div class="at-wide">
                  <FigureView figure={rooflineFigure(roofline)} width={1200} />
                </div>
                <div class="at-narrow">
                  <FigureView figure={{ ...rooflineFigure(roofline), name: "roofline-narrow" }} width={350} />
                </div>
              </div>
              {stale > 0 && (
                <p class="warn">
                  {stale} of {winners.length}{" "}
                  winners are stale: their kernels changed since they were timed. Tune again to renew them.
                </p>
              )}
              <div class="part" id="winners">
                <WinnersTable
                  slug={slug}
                  families={family === undefined ? families : [family]}
                  winners={winners}
                  trials={trials}
                  hashes={hashes}
                  stages={stages.stages}
                />
              </div>
              <LiveForm />
            </>
          )}
      </section>
      <Granted device={device} />
    </>,
    { title: deviceName(device), section: "devices" },
  );
});

/** Families with trials, then those a profile without its trials has winners of. */
function shownFamilies({ families, profile }: ShelvedDevice): string[] {
  return [...new Set([...families, ...profile.winners.map(({ family }) => family)])];
}

function unreadable(error: unknown) {
  if (!(error instanceof StoreError)) throw error;
  return { stages: undefined, warnings: [error.message] };
}
