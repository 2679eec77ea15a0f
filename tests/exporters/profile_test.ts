// Target `profile`: one document an import takes, whole and in order.
import { fileWord } from "../../exporters/file_word.ts";
import { profileExporter } from "../../exporters/profile/mod.ts";
import { stagesEntrySchema } from "../../profiles/stages.ts";
import { uploadSchema } from "../../profiles/upload.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { sampleRequest } from "./sample_request.ts";

const FAMILIES = ["kda_decode", "mla_decode"];

/** The sample, with a trial of compare and stages. */
function wholeRequest() {
  const [{ profile: { winners }, trials }] = sampleRequest(FAMILIES).devices;
  const { family, bucket, variant, axes, sourceHash } = winners[0];
  const entry = stagesEntrySchema.parse({
    ...{ family, bucket, variant, axes, sourceHash, driver: "570.1", at: "2026-11-23T11:00:00.000Z" },
    times: {
      whole: sampleTiming(12),
      passes: [{ label: "step", dispatches: 1, timing: sampleTiming(12), memoryUs: 3, stages: [] }],
    },
  });
  return sampleRequest(FAMILIES, { comparisonTrials: [trials[0]], stages: [entry] });
}

Deno.test("profile holds every record of the request, as the upload schema has them", async () => {
  const request = wholeRequest();
  const files = await profileExporter.files(request);
  await matchGolden("profile", files);
  const [{ slug, profile, trials, comparisonTrials, stages }] = request.devices;
  const file = files.find(({ path }) => path === `${slug}.profile.json`);
  assert(file);
  assertEquals(uploadSchema.parse(JSON.parse(file.text)), {
    ...{ schemaVersion: 1, profile, trials: [...trials] },
    ...{ comparisonTrials: [...comparisonTrials], stages: [...stages!] },
  });
});

Deno.test("profile puts every trial on a line of its own", async () => {
  const [{ text }] = await profileExporter.files(wholeRequest());
  for (const trial of wholeRequest().devices[0].trials) {
    assert(text.split("\n").some((line) => line.replace(/,$/, "") === JSON.stringify(trial)));
  }
});

Deno.test("profile refuses a device whose winners have no trials", async () => {
  let message = "";
  try {
    await profileExporter.files(sampleRequest(["kda_decode"], { trials: [] }));
  } catch (error) {
    assert(error instanceof RangeError);
    message = error.message;
  }
  assert(
    /^Cannot export a record of builtin_nvidia_hopper_2330: .*1 winner.*no trials/.test(message),
    message,
  );
});

Deno.test("fileWord() keeps the names tune gives, and tells apart what it has to change", () => {
  for (const slug of ["builtin_nvidia_h200_0x2335", "a-b", "A_1"]) assertEquals(fileWord(slug), slug);
  const odd = ["my device", "my(device", "my-device ", "\u65e5\u672c", "con", "a.b", "../x"];
  const words = odd.map(fileWord);
  assertEquals(new Set(words).size, odd.length);
  for (const word of words) assertEquals(/^[\w-]+$/.test(word) && word !== "con", true, word);
});
