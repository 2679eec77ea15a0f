import { formulations, type TunableValue } from "../../../kernels/core/space.ts";
import type { HeatAxes } from "./family_choices.ts";
import type { FamilyPage } from "./family_page.ts";
import type { Importance } from "./importance.ts";

/** What a family's page is asked for: a workload bucket, a formulation, and the heatmap's two tunables. */
export function FamilyChoices({ page: { family, buckets, chosen }, tunables, axes, formulation }: {
  readonly page: FamilyPage;
  readonly tunables: readonly Importance[];
  readonly axes?: HeatAxes;
  readonly formulation?: TunableValue;
}) {
  const known = formulations(family.space).filter((f) => f !== undefined);
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
            {known.map((f) => (
              <option key={f} value={String(f)} selected={f === formulation}>{String(f)}</option>
            ))}
          </select>
        </label>
      )}
      {axes && (["x", "y"] as const).map((axis, i) => (
        <label key={axis}>
          {axis === "x" ? "Heatmap across" : "Heatmap down"}
          <select name={axis} id={`choose-${axis}`}>
            {tunables.map(({ name }) => (
              <option key={name} value={name} selected={name === axes[i].name}>{name}</option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit" class="apply">Apply</button>
    </form>
  );
}
