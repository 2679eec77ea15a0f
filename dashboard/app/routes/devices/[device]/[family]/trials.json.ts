import { formatAxes } from "../../../../../../kernels/core/axes.ts";
import { createRoute } from "../../../../create_route.ts";
import { familyPage, statusWords } from "../../../../family/family_page.ts";
import { trialColumns } from "../../../../family/trial_columns.ts";

/** All trials of a bucket by column, oldest first. */
export default createRoute(async (c) => {
  const page = await familyPage(c);
  const { chosen } = page ?? {};
  if (!page || !chosen || chosen.bucket !== c.req.query("bucket")) {
    return c.json({ error: "There are no trials of this device, family and bucket" }, 404);
  }
  const placed = chosen.trials.map((trial, i) => ({ place: i + 1, trial }));
  return c.json(trialColumns(page.family.name, page.family.space, placed, {
    size: ({ axes }) => formatAxes(axes),
    status: (trial) => statusWords(trial, page.hash),
  }));
});
