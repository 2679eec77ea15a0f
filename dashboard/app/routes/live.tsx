import { createRoute } from "../create_route.ts";
import LiveTrials from "../islands/LiveTrials.tsx";

export default createRoute((c) =>
  c.render(
    <>
      <h1>Live</h1>
      <p>Every trial as it is stored, by whichever tuner writes into this server's profiles.</p>
      <noscript>
        <p class="warn">This page needs JavaScript to follow a tuner.</p>
      </noscript>
      <LiveTrials />
    </>,
    { title: "Live", section: "live" },
  )
);
