import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { SearchRecord, type Strategy } from "./strategy.ts";

/** Every config in the order of the space. */
export const exhaustive: Strategy = {
  name: "exhaustive",
  doc: "Every config, in the order of the space",
  *search(space, options) {
    const record = new SearchRecord(space, options);
    yield* record.begin();
    for (const config of enumerateConfigs(space)) {
      if (record.isSpent) return;
      yield* record.time(config);
    }
  },
};
