import { createRoute } from "../create_route.ts";
import { formatTime, threeDigits } from "../../../compare/quantities.ts";
import { families } from "../../../kernels/mod.ts";
import type { Winner } from "../../../profiles/schema.ts";
import { DeviceName } from "../components/DeviceName.tsx";
import { Empty } from "../components/Empty.tsx";
import { FigureView } from "../components/FigureView.tsx";
import { Warnings } from "../components/Warnings.tsx";
import type { ShelvedDevice } from "../env.ts";
import { type Headline, newestHeadline } from "../headline.ts";
import { currentHashes, isStale } from "../staleness.ts";
import { DataTable } from "../components/DataTable.tsx";

export default createRoute(async (c) => {
  const { devices, warnings } = await c.env.shelf.devices();
  const hashes = await currentHashes();
  const headline = await newestHeadline(c.env.shelf, devices);
  return c.render(
    <>
      <h1>Overview</h1>
      <Warnings warnings={warnings} />
      {devices.length === 0
        ? (
          <Empty
            what="No device has a profile yet. Tune this machine, or tune the GPU of this browser on the page Tune here."
            command="deno task tune"
          />
        )
        : (
          <>
            {headline ? <HeadlineView headline={headline} /> : (
              <Empty
                what="Nothing was compared yet: what does the hybrid cost against full attention here?"
                command="deno task compare"
              />
            )}
            <DevicesTable devices={devices} hashes={hashes} />
          </>
        )}
    </>,
    { title: "Overview", section: "overview" },
  );
});

function HeadlineView({ headline: { device, title, lines, at, figure } }: { readonly headline: Headline }) {
  const href = `/compare?device=${device.slug}`;
  return (
    <section class="card columns">
      <div>
        <h2>
          <a href={href}>{title}</a>
        </h2>
        <p class="muted">
          <DeviceName device={device.profile.device} />, <time datetime={at}>{at.slice(0, 10)}</time>
        </p>
        <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
      </div>
      {figure && <FigureView figure={{ ...figure, title: "How many times faster" }} width={600} />}
    </section>
  );
}

function DevicesTable({ devices, hashes }: {
  readonly devices: readonly ShelvedDevice[];
  readonly hashes: ReadonlyMap<string, string>;
}) {
  return (
    <section>
      <h2>Best of each family</h2>
      <p class="muted">
        Highest share of the device's own roofline among the workloads it was tuned for, and the time of one
        call there.
      </p>
      <DataTable label="Best of each family">
        <thead>
          <tr>
            <th scope="col">device</th>
            {families.map(({ name }) => <th key={name} scope="col" class="num">{name}</th>)}
            <th scope="col">tuned</th>
          </tr>
        </thead>
        <tbody>
          {devices.map(({ slug, profile }) => (
            <tr key={slug}>
              <th scope="row">
                <DeviceName device={profile.device} href={`/devices/${slug}`} />
              </th>
              {families.map(({ name }) => (
                <td key={name} class="num">
                  <Best
                    winners={profile.winners.filter((w) => w.family === name)}
                    hashes={hashes}
                    href={`/devices/${slug}/${name}`}
                  />
                </td>
              ))}
              <td>
                <time datetime={profile.updatedAt}>{profile.updatedAt.slice(0, 10)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}

function Best({ winners, hashes, href }: {
  readonly winners: readonly Winner[];
  readonly hashes: ReadonlyMap<string, string>;
  readonly href: string;
}) {
  const [best] = winners.toSorted((a, b) => (b.rooflinePercent ?? 0) - (a.rooflinePercent ?? 0));
  if (!best) return <span class="muted">-</span>;
  return (
    <a href={href} title={best.bucket}>
      {best.rooflinePercent !== undefined && (
        <>
          {threeDigits(best.rooflinePercent)} %<br />
        </>
      )}
      <span class="muted">{formatTime(best.timing.medianUs)}</span>
      {isStale(best, hashes) && (
        <>
          <span class="tag caution">stale</span>
        </>
      )}
    </a>
  );
}
