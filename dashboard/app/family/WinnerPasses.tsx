import type { ComponentChildren } from "preact";
import type { Plan } from "../../../kernels/core/family.ts";
import type { Winner } from "../../../profiles/schema.ts";
import { capabilitiesOf } from "../../../profiles/capabilities.ts";
import type { FamilyPage } from "./family_page.ts";
import { PassesView } from "./PassesView.tsx";
import { stagesCommand } from "./commands.ts";

/** The passes of the bucket's winner. `measured`: how long they take, where that is known; no command asks a browser. */
export function WinnerPasses({ page: { device, family }, winner, measured }: {
  readonly page: FamilyPage;
  readonly winner: Winner;
  readonly measured?: ComponentChildren;
}) {
  const record = device.profile.device;
  let plan: Plan;
  try {
    plan = family.plan(winner.axes, winner.config, capabilitiesOf(record));
  } catch (error) {
    // A winner of an older source may hold what no plan takes any more.
    return <p class="warn">{`The winner has no plan any more: ${(error as Error).message}`}</p>;
  }
  return (
    <>
      <PassesView plan={plan} />
      {measured ?? (record.backend !== "browser" && (
        <p class="muted">
          How long each takes: <code>{stagesCommand(record, family, winner)}</code>
        </p>
      ))}
    </>
  );
}
