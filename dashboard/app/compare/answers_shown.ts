import { headlines } from "../../../compare/headlines.ts";
import { acrossDevices, modelOn } from "./side_by_side.ts";
import type { View } from "./view.ts";

/** The answers of a view as sentences: models against each other on each device, then each model across devices. */
export function answersShown({ shown, choice }: View): { title: string; lines: string[] }[] {
  if (shown.length === 1) return headlines(shown[0].comparison);
  return [
    ...choice.models.flatMap((model) => {
      const across = acrossDevices(shown, model);
      return across ? headlines(across) : [];
    }),
    ...shown.flatMap(({ label, comparison }) =>
      headlines(comparison).map(({ title, lines }) => ({ title: modelOn(title, label), lines }))
    ),
  ];
}
