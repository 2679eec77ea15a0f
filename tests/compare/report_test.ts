import { answersOf } from "../../compare/answers.ts";
import { figuresOf } from "../../compare/figures.ts";
import { headlines, verdict } from "../../compare/headlines.ts";
import { reportMarkdown } from "../../compare/report.ts";
import { assert, assertEquals } from "../assert.ts";
import { matchSnapshot } from "./match_snapshot.ts";
import { sampleComparison } from "./sample_comparison.ts";

Deno.test("reportMarkdown() is its snapshot", () =>
  matchSnapshot("report.md", reportMarkdown(sampleComparison())));

Deno.test("reportMarkdown() shows every figure once, where the caller puts it", () => {
  const comparison = sampleComparison();
  const report = reportMarkdown(comparison, ({ name }) => `figures of it/${name}.png`);
  for (const { name } of figuresOf(comparison)) {
    assertEquals(report.split(`](figures%20of%20it/${name}.png)`).length, 2, name);
  }
});

Deno.test("reportMarkdown() says of a software adapter that its times say nothing about a GPU", () => {
  const comparison = sampleComparison();
  const warning = "say nothing about a GPU";
  assert(!reportMarkdown(comparison).includes(warning));
  assert(
    reportMarkdown({ ...comparison, device: { ...comparison.device, software: true } }).includes(warning),
  );
});

Deno.test("reportMarkdown() has the paper's claims beside its two models only", () => {
  const title = "## Beside the paper's claims";
  assert(reportMarkdown(sampleComparison()).includes(title));
  assert(!reportMarkdown(sampleComparison(["full-mla-48b", "kimi-linear-48b"])).includes(title));
  assert(!reportMarkdown(sampleComparison(["kimi-linear-48b"])).includes(title));
});

Deno.test("reportMarkdown() names the scope: token mixing only, or with projections", () => {
  const comparison = sampleComparison();
  assert(reportMarkdown(comparison).includes("Token mixing only here."));
  const whole = reportMarkdown({ ...comparison, withProjections: true });
  assert(!whole.includes("Token mixing only") && whole.includes("projections and experts"));
});

Deno.test("reportMarkdown() writes a comparison without any number, and says why", () => {
  const comparison = sampleComparison(["kimi-linear-48b", "full-mla-48b"]);
  const missing = comparison.points.map(({ model, phase, tokens, batch }) => ({
    model,
    phase,
    tokens,
    batch,
    reason: "The device went away.",
  }));
  const report = reportMarkdown({ ...comparison, points: [], missing, formulations: [] });
  assert(report.includes("numbers at no common length"));
  assert(report.includes("The device went away."));
  assert(!/NaN|undefined|Infinity/.test(report));
});

Deno.test("headlines(): a number that was projected says so, with the longest measured one after it", () => {
  const [{ lines }] = headlines(sampleComparison());
  const prefill = lines.find((line) => line.startsWith("Prefill: at"))!;
  assert(prefill.includes("full-mla-48b ~1520 s"), prefill);
  assert(
    prefill.includes("kimi-linear-48b integrated") && prefill.includes("full-mla-48b projected"),
    prefill,
  );
  assert(prefill.includes("measured on both sides, 64K"), prefill);
});

Deno.test("headlines(): what is measured says so and nothing more", () => {
  const comparison = sampleComparison();
  const points = comparison.points.filter((p) => p.how === "measured");
  const [{ lines }] = headlines({ ...comparison, points, missing: [] });
  const decode = lines.find((line) => line.startsWith("Decode at batch 1: at"))!;
  assert(decode.includes("both measured.") && !decode.includes("~"), decode);
});

Deno.test("headlines(): a length without a number is named with its reason", () => {
  const [, { lines }] = headlines(sampleComparison());
  assert(
    lines.some((line) =>
      line.endsWith(
        "At 1M there is no number for gdn-hybrid-48b (Its windows did not end within the budget, 10m).",
      )
    ),
  );
});

Deno.test("verdict() tells faster, slower and tied apart by the interval", () => {
  const how = "measured";
  const guess = verdict({ ratio: 2, low: 1.8, high: 2.2, how: "projected" });
  assertEquals(guess, "2.00 times faster (between 1.80 and 2.20)");
  assertEquals(
    verdict({ ratio: 2, low: 1.8, high: 2.2, how }),
    "2.00 times faster (95 % interval 1.80 to 2.20)",
  );
  assertEquals(
    verdict({ ratio: 0.5, low: 0.4, high: 0.625, how }),
    "2.00 times slower (95 % interval 1.60 to 2.50)",
  );
  assert(verdict({ ratio: 1.01, low: 0.99, high: 1.03, how }).startsWith("a tie"));
});

Deno.test("verdict() says in percent what three digits would not show", () => {
  const how = "measured";
  assertEquals(
    verdict({ ratio: 1.00167, low: 1.0013, high: 1.002, how }),
    "0.17 % faster (95 % interval 0.13 to 0.20 %)",
  );
  assertEquals(
    verdict({ ratio: 1 / 1.0005, low: 1 / 1.02, high: 1 / 1.0004, how }),
    "0.050 % slower (95 % interval 0.040 to 2.0 %)",
  );
  assertEquals(
    verdict({ ratio: 1.004, low: 1.001, high: 1.12, how: "projected" }),
    "0.40 % faster (between 0.10 and 12 %)",
  );
  assertEquals(
    verdict({ ratio: 1.0002, low: 0.9995, high: 1.0008, how }),
    "a tie, 1.00 times the speed (95 % interval 0.9995 to 1.0008)",
  );
  assertEquals(
    verdict({ ratio: 1.0051, low: 1.004, high: 1.006, how }),
    "1.01 times faster (95 % interval 1.0040 to 1.01)",
  );
});

Deno.test("reportMarkdown() names all models it compares with, the last after an and", () => {
  const titleOf = (names: string[]) => reportMarkdown(sampleComparison(names)).split("\n")[0];
  assertEquals(titleOf(["kimi-linear-48b"]), "# kimi-linear-48b");
  assertEquals(
    titleOf(["kimi-linear-48b", "full-mla-48b", "gdn-hybrid-48b", "gqa8-48b"]),
    "# kimi-linear-48b against full-mla-48b, gdn-hybrid-48b and gqa8-48b",
  );
});

Deno.test("headlines(): where answers cross, both neighbours are named", () => {
  const comparison = sampleComparison();
  const { crossovers } = answersOf(comparison)[0];
  assertEquals(crossovers.prefill.kind, "at");
  const [{ lines }] = headlines(comparison);
  assert(lines.some((line) => line.startsWith("Prefill:") && line.includes("between 4K and 8K")));
});
