import { parseHTML } from "linkedom";
import { figuresOf } from "../../compare/figures.ts";
import { PAGE_LOOK } from "../../compare/look.ts";
import { pngOf } from "../../compare/png.ts";
import { pngAssets } from "../../compare/png_assets_fs.ts";
import { svgOf } from "../../compare/svg.ts";
import { svgDocument } from "../../compare/svg_document.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "./sample_comparison.ts";

const assets = await pngAssets();
const three = sampleComparison();
const two = sampleComparison(["kimi-linear-48b", "full-mla-48b"]);
const drawn = (comparison: typeof three, name: string) => {
  const text = svgOf(figuresOf(comparison).find((figure) => figure.name === name)!, svgDocument());
  return { text, svg: parseHTML(`<body>${text}</body>`).document.querySelector("svg")! };
};
const count = (svg: Element, selector: string) => svg.querySelectorAll(selector).length;

for (const [words, comparison] of [["two", two], ["three", three]] as const) {
  for (const figure of figuresOf(comparison)) {
    Deno.test(`svgOf(): ${figure.name} of ${words} models is well-formed and needs nothing beside it`, async () => {
      const text = svgOf(figure, svgDocument());
      // The reader of the PNG is strict about XML, and the size says it read the root.
      const png = await pngOf(text, assets, 1);
      const head = new DataView(png.buffer, png.byteOffset);
      const { svg } = drawn(comparison, figure.name);
      assertEquals(
        `${head.getUint32(16)} ${head.getUint32(20)}`,
        `${svg.getAttribute("width")} ${svg.getAttribute("height")}`,
      );
      assert(!/<script|<style|NaN|undefined|Infinity|var\(|url\(|href=/.test(text), figure.name);
      assertEquals(svg.querySelector("title")!.textContent, figure.title);
    });

    Deno.test(`svgOf(): labels of ${figure.name} of ${words} models lie inside of it`, () => {
      const { svg } = drawn(comparison, figure.name);
      const inner = svg.querySelector("svg")!;
      const wide = Number(inner.getAttribute("width"));
      const ends = [...inner.querySelectorAll("g[text-anchor=start]")];
      assert(ends.length > 0);
      for (const group of ends) {
        const [x, y] = placeOf(group);
        const label = group.textContent!.trim();
        assert(x >= 0 && x + label.length * 5.5 <= wide, `${label} at ${x} of ${wide}`);
        assert(y >= 0 && y <= Number(inner.getAttribute("height")), `${label} at ${y}`);
      }
    });
  }
}

/** Where a group with one text puts it. */
function placeOf(group: Element): [number, number] {
  const moves = [group, group.querySelector("text")!].map((element) =>
    /translate\(([-\d.]+),([-\d.]+)\)/.exec(element.getAttribute("transform") ?? "") ?? ["", "0", "0"]
  );
  return [1, 2].map((i) => moves.reduce((sum, move) => sum + Number(move[i]), 0)) as [number, number];
}

Deno.test("svgOf(): every time has one mark: filled where measured, hollow else, dashed where projected", () => {
  const { svg } = drawn(three, "prefill");
  const points = three.points.filter((p) => p.phase === "prefill");
  const of = (how: string) => points.filter((p) => p.how === how).length;
  const dots = "g[aria-label=dot]";
  assertEquals(count(svg, `${dots} > path, ${dots} > circle`), points.length);
  const hollow = `${dots}[fill="#ffffff"]`;
  const within = (group: string) => count(svg, `${group} > path`) + count(svg, `${group} > circle`);
  assertEquals(within(hollow), of("integrated") + of("projected"));
  assertEquals(within(`${hollow}[stroke-dasharray]`), of("projected"));
  assertEquals(within(dots) - within(hollow), of("measured"));
  assert(of("integrated") > 0 && of("projected") > 0 && of("measured") > 0);
});

Deno.test("svgOf(): lines are dashed where a time is projected and nowhere else", () => {
  const dashed = 'g[aria-label="line"][stroke-dasharray]';
  assertEquals(count(drawn(two, "prefill").svg, dashed), 1);
  assertEquals(count(drawn(two, "memory").svg, dashed), 0);
  const measured = {
    ...two,
    points: two.points.map((p) => ({ ...p, how: "measured" as const })),
  };
  assertEquals(count(drawn(measured, "prefill").svg, dashed), 0);
});

Deno.test("svgOf(): the paper's curves lie beside the ratios where it has both models", () => {
  const paper = (svg: Element) =>
    [...svg.querySelectorAll("text")].filter((text) => text.textContent!.startsWith("paper's")).length;
  assertEquals(paper(drawn(two, "ratio_full-mla-48b").svg), 3);
  const others = sampleComparison(["kimi-k3", "mha-48b"]);
  assertEquals(paper(drawn(others, "ratio_mha-48b").svg), 0);
});

Deno.test("svgOf(): a single length has marks and bars for intervals", () => {
  const one = { ...two, points: two.points.filter((p) => p.tokens === 65536), missing: [] };
  const { svg } = drawn(one, "ratio_full-mla-48b");
  assertEquals(count(svg, "g[aria-label=dot] > *"), 6, "three ratios and three of the paper");
  assertEquals(count(svg, 'g[aria-label="line"]'), 0);
  assertEquals(count(svg, 'g[aria-label="rule"][stroke-width="1.5"] > line'), 3);
});

Deno.test("svgOf(): a ratio's curve has a gap where a length is missing, not where it was not asked for", () => {
  const lines = (comparison: typeof two) =>
    [
      ...drawn(comparison, "ratio_full-mla-48b").svg.querySelectorAll(
        'g[aria-label="line"][stroke-width="2"] > path',
      ),
    ]
      .length;
  const whole = lines(two);
  const asked = { ...two, points: two.points.filter((p) => p.phase === "decode" || p.tokens !== 16384) };
  assertEquals(lines(asked), whole);
  const lost = asked.points.length < two.points.length &&
    two.points.find((p) => p.phase === "prefill" && p.tokens === 16384)!;
  assert(lost);
  const { model, phase, tokens, batch } = lost;
  assertEquals(
    lines({ ...asked, missing: [{ model, phase, tokens, batch, reason: "It hung." }] }),
    whole + 1,
  );
});

Deno.test("svgOf(): decode with as many sequences as fit has no gap at a length asked for at batch 1 only", () => {
  const some = {
    ...two,
    points: two.points.filter((p) => p.phase === "prefill" || p.batch === 1 || p.tokens % 16384 === 0),
  };
  const { svg } = drawn(some, "decode_batched");
  assertEquals(count(svg, 'g[aria-label="line"]:not([stroke-dasharray])'), 2);
  assert(![...svg.querySelectorAll("text")].some((text) => text.textContent === "8K"));
});

Deno.test("figuresOf(): a software adapter is called one in every title, a GPU in none", () => {
  const software = { ...two, device: { ...two.device, software: true } };
  assert(figuresOf(software).every((figure) => figure.title.includes("a software adapter")));
  assert(figuresOf(two).every((figure) => !figure.title.includes("software")));
  for (const { title, subtitle } of figuresOf(two)) {
    assert(title.includes("Fictional Abacus 9000 (Dawn, driver 0.0.1)"), title);
    assert(subtitle.length > 0);
  }
});

Deno.test("figuresOf(): no figure where there is nothing to show", () => {
  assertEquals(figuresOf({ ...two, points: [], missing: [], memory: [], formulations: [] }), []);
  const alone = two.points.filter((p) => p.model === "kimi-linear-48b");
  assert(figuresOf({ ...two, points: alone }).every((figure) => !figure.name.startsWith("ratio")));
  const names = figuresOf(sampleComparison(["kimi-linear-48b"])).map((figure) => figure.name);
  assertEquals(names, ["prefill", "decode", "decode_batched", "memory", "formulations_kda_prefill"]);
});

Deno.test("svgOf(): a page's colours are variables with fallbacks", () => {
  const figure = figuresOf(two)[0];
  const text = svgOf(figure, svgDocument(), 800, PAGE_LOOK);
  assert(text.includes("var(--figure-1, #0072b2)") && text.includes("var(--figure-paper, Canvas)"));
});

Deno.test("svgOf(): words of a device can't break out of the text", async () => {
  const odd = { ...two, device: { ...two.device, description: `A <b> & "C" </svg>` } };
  const { text, svg } = drawn(odd, "prefill");
  assert(svg.querySelector("title")!.textContent!.includes(`A <b> & "C" </svg>`));
  assertEquals([...await pngOf(text, assets, 1)].slice(1, 4), [0x50, 0x4e, 0x47]);
});

Deno.test("svgOf(): the rule of a crossing begins below the words of the one left of it", () => {
  const later = three.formulations.map((point) =>
    point.formulation === "chunked" ? { ...point, us: 12000 + point.us / 20 } : point
  );
  for (const formulations of [later, later.toReversed()]) {
    const { svg } = drawn({ ...three, formulations }, "formulations_kda_prefill");
    const rules = [...svg.querySelectorAll("g[aria-label=rule] line")]
      .map((line) => ["x1", "x2", "y1"].map((name) => Number(line.getAttribute(name))))
      .filter(([x1, x2]) => x1 === x2).toSorted((a, b) => a[0] - b[0]);
    const words = [...svg.querySelectorAll("g[text-anchor=start]")]
      .filter((group) => group.textContent!.includes("below recurrent")).map(placeOf)
      .toSorted((a, b) => a[0] - b[0]);
    assertEquals([rules.length, words.length], [2, 2]);
    assert(Math.abs(words[0][0] - rules[0][0] - 6) < 0.01, `${words[0]} beside ${rules[0]}`);
    assert(rules[1][2] >= words[0][1] + 11, `${rules[1]} through words at ${words[0]}`);
  }
});
