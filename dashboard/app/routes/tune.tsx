import { BROWSER_WORKLOADS, SOFTWARE_WORKLOADS, type Workload } from "../../../tuner/workloads.ts";
import { createRoute } from "../create_route.ts";
import TuneHere from "../islands/TuneHere.tsx";

export default createRoute((c) =>
  c.render(
    <>
      <h1>Tune the GPU of this browser</h1>
      <p>
        The same search as{" "}
        <code>deno task tune</code>, in this page: every variant is checked against a float64 reference before
        it is timed. Nothing leaves the browser until you save.
      </p>
      <noscript>
        <p class="warn">This page needs JavaScript: the tuner runs in your browser.</p>
      </noscript>
      <TuneHere gpu={BROWSER_WORKLOADS.map(offer)} software={SOFTWARE_WORKLOADS.map(offer)} />
    </>,
    { title: "Tune here", section: "tune" },
  )
);

const offer = ({ name, family }: Workload) => ({ name, family });
