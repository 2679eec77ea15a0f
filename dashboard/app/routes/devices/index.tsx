import { DeviceName } from "../../components/DeviceName.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Warnings } from "../../components/Warnings.tsx";
import { createRoute } from "../../create_route.ts";
import type { ShelvedDevice } from "../../env.ts";
import { currentHashes, isStale } from "../../staleness.ts";
import { DataTable } from "../../components/DataTable.tsx";

export default createRoute(async (c) => {
  const { devices, warnings } = await c.env.shelf.devices();
  return c.render(
    <>
      <h1>Devices</h1>
      <Warnings warnings={warnings} />
      {devices.length === 0
        ? (
          <Empty
            what="No device has a profile yet. Tune this machine, or tune the GPU of this browser on the page Tune here."
            command="deno task tune"
          />
        )
        : <DevicesTable devices={devices} hashes={await currentHashes()} />}
    </>,
    { title: "Devices", section: "devices" },
  );
});

function DevicesTable({ devices, hashes }: {
  readonly devices: readonly ShelvedDevice[];
  readonly hashes: ReadonlyMap<string, string>;
}) {
  return (
    <>
      <p class="muted">
        A device is an adapter under one WebGPU implementation: each makes other code of a kernel.
      </p>
      <DataTable label="Devices">
        <thead>
          <tr>
            <th scope="col">device</th>
            <th scope="col">runtime</th>
            <th scope="col">driver</th>
            <th scope="col">families with trials</th>
            <th scope="col" class="num">winners</th>
            <th scope="col">last tuned</th>
            <th scope="col">compared</th>
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => <Row key={device.slug} device={device} hashes={hashes} />)}
        </tbody>
      </DataTable>
    </>
  );
}

function Row({ device: { slug, profile, families, comparedAt }, hashes }: {
  readonly device: ShelvedDevice;
  readonly hashes: ReadonlyMap<string, string>;
}) {
  const { device, winners, updatedAt } = profile;
  const stale = winners.filter((winner) => isStale(winner, hashes)).length;
  return (
    <tr>
      <th scope="row">
        <DeviceName device={device} href={`/devices/${slug}`} />
      </th>
      <td>{device.runtime}</td>
      <td>{device.driver || <span class="muted">not told</span>}</td>
      <td class="family-links">
        {families.map((family) => <a key={family} href={`/devices/${slug}/${family}`}>{family}</a>)}
        {families.length === 0 && <span class="muted">-</span>}
      </td>
      <td class="num">
        {winners.length}
        {stale > 0 && (
          <>
            {" "}
            <span class="tag caution">{stale} stale</span>
          </>
        )}
      </td>
      <td>
        <time datetime={updatedAt}>{updatedAt.slice(0, 10)}</time>
      </td>
      <td>
        {comparedAt
          ? (
            <a href={`/compare?device=${encodeURIComponent(slug)}`}>
              <time datetime={comparedAt.toISOString()}>{comparedAt.toISOString().slice(0, 10)}</time>
            </a>
          )
          : <span class="muted">-</span>}
      </td>
    </tr>
  );
}
