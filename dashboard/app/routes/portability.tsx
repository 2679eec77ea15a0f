import { DeviceName } from "../components/DeviceName.tsx";
import { Empty } from "../components/Empty.tsx";
import { Warnings } from "../components/Warnings.tsx";
import { createRoute } from "../create_route.ts";
import LiveForm from "../islands/LiveForm.tsx";
import { failures } from "../portability/failures.ts";
import { loadPortability, type Portability } from "../portability/load_portability.ts";
import { MatrixTable } from "../portability/MatrixTable.tsx";
import { portableWords } from "../portability/portable_words.ts";
import { chooseWorkload, type FamilyWorkloads, workloads } from "../portability/workloads.ts";

export default createRoute(async (c) => {
  const { shelf } = c.env;
  const { devices, warnings } = await shelf.devices();
  const known = workloads(devices);
  const chosen = chooseWorkload(known, { family: c.req.query("family"), bucket: c.req.query("bucket") });
  const shown = chosen && await loadPortability(shelf, devices, chosen);
  return c.render(
    <>
      <h1>Portability</h1>
      <p class="muted">
        What one config keeps of every device's own best, for one workload: the optimum's time by the config's
        time on that device. A GPU under each WebGPU implementation counts as a device.
      </p>
      <Warnings warnings={[...warnings, ...shown?.warnings ?? []]} />
      {chosen && shown
        ? (
          <>
            <WorkloadForm known={known} chosen={chosen.bucket} />
            <div class="part" id="portability">
              <Shown family={chosen.family} shown={shown} />
            </div>
          </>
        )
        : (
          <Empty
            what="No device has a winner yet. Tune two or more, and this page says which one config serves all of them."
            command="deno task tune"
          />
        )}
    </>,
    { title: "Portability", section: "portability" },
  );
});

function WorkloadForm({ known, chosen }: {
  readonly known: readonly FamilyWorkloads[];
  readonly chosen: string;
}) {
  return (
    <form class="controls live" method="get">
      <label>
        Workload
        <select name="bucket">
          {known.map(({ family, buckets }) => (
            <optgroup key={family} label={family}>
              {buckets.map(({ bucket, gpus, software }) => (
                <option key={bucket} value={bucket} selected={bucket === chosen}>
                  {bucket.replace("@", "  ").replaceAll(",", "  ")}
                  {`  (${devicesOf(gpus, software)})`}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <button type="submit" class="apply">Apply</button>
      <LiveForm />
    </form>
  );
}

function devicesOf(gpus: number, software: number): string {
  const words = [gpus === 1 ? "1 GPU" : `${gpus} GPUs`, ...(software > 0 ? [`${software} software`] : [])];
  return words.join(", ");
}

function Shown({ family, shown: { gpus, software, leftOut } }: {
  readonly family: string;
  readonly shown: Portability;
}) {
  const [first, ...more] = portableWords(gpus);
  return (
    <>
      <section class="card">
        <p class="lead">{first}</p>
        {more.length > 0 && <ul>{more.map((line) => <li key={line}>{line}</li>)}</ul>}
        {gpus.portable && (
          <details>
            <summary>{gpus.portable.isWhole ? "The portable default" : "That config"} in full</summary>
            <pre><code>{gpus.portable.variant}</code></pre>
          </details>
        )}
      </section>
      {gpus.contestants.length > 0 && (
        <section>
          <h2>Configs on GPUs</h2>
          <MatrixTable family={family} matrix={gpus} label="Configs on GPUs" />
          <Failures lines={failures(family, gpus)} />
        </section>
      )}
      {gpus.contestants.length === 0 && (
        <Empty what="Tune a GPU for this workload to see it here." command={`deno task tune ${family}`} />
      )}
      {software.contestants.length > 0 && (
        <section>
          <h2>Configs on software adapters</h2>
          <p class="muted">
            These times are of processors and say nothing about a GPU: they count in no mean above.
          </p>
          <MatrixTable family={family} matrix={software} label="Configs on software adapters" />
          <Failures lines={failures(family, software)} />
        </section>
      )}
      {leftOut.length > 0 && (
        <section>
          <h2>Not counted</h2>
          <ul>
            {leftOut.map(({ device, reason }) => (
              <li key={device.slug}>
                <DeviceName device={device.profile.device} href={`/devices/${device.slug}/${family}`} />:{" "}
                {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Failures({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>{lines.length === 1 ? "Why one failed" : `Why ${lines.length} failed`}</summary>
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </details>
  );
}
