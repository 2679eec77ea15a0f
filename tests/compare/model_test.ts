// parseModel(): a model of one's own, and one sentence for each thing that can be wrong with it.
import { parseModel } from "../../compare/model.ts";
import { modelNamed } from "../../compare/models.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const own = {
  name: "mine",
  doc: "A small hybrid",
  maxTokens: 65536,
  layers: [
    { layers: 3, mixer: { kind: "kda", heads: 8, keyDim: 128, valueDim: 128, convWidth: 4 } },
    { layers: 1, mixer: { kind: "mla", heads: 8, latentDim: 512, ropeDim: 64, nopeDim: 128, valueDim: 128 } },
  ],
};
const mlp = {
  hidden: 512,
  vocab: 1000,
  denseLayers: 1,
  denseWidth: 512,
  experts: 8,
  expertsPerToken: 2,
  sharedExperts: 0,
  expertWidth: 64,
};
const parse = (change: (model: typeof own) => unknown) =>
  parseModel(JSON.stringify(change(structuredClone(own))), "mine.json");

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert(error instanceof SyntaxError, `${error}`);
    return error.message;
  }
  return "nothing was thrown";
}

Deno.test("parseModel() reads a model and gives it back unchanged", () => {
  assertEquals<unknown>(parse((m) => m), own);
});

Deno.test("parseModel() says in one sentence what is wrong", () => {
  for (
    const [change, expected] of [
      [(m: typeof own) => ({ ...m, layer: 3 }), /mine\.json: Unrecognized key.*layer/],
      [(m: typeof own) => ({ ...m, maxTokens: -1 }), /mine\.json: maxTokens: /],
      [(m: typeof own) => ({ ...m, layers: [] }), /mine\.json: layers: /],
      [(m: typeof own) => ({ ...m, maxTokens: 1 << 24 }), /no kernel takes its \w+ layers.*16777216/],
      [
        (m: typeof own) => ({ ...m, projections: { ...mlp, denseLayers: 100 } }),
        /denseLayers must not exceed/,
      ],
      [(m: typeof own) => ({ ...m, projections: { ...mlp, expertsPerToken: 9 } }), /must not exceed experts/],
      [(m: typeof own) => {
        m.layers[0].mixer.keyDim = 100;
        return m;
      }, /no kernel takes its kda layers.*K=100.*one of 64, 128/],
      [(m: typeof own) => {
        (m.layers[1].mixer as { latentDim: number }).latentDim = 256;
        return m;
      }, /no kernel takes its mla layers.*512 channels.*256/],
    ] as const
  ) {
    const message = messageOf(() => parse(change));
    assert(expected.test(message) && !message.includes("\n"), message);
  }
  assertThrows(() => parseModel("{", "broken.json"), SyntaxError, "it is no JSON");
});

Deno.test("modelNamed() names the nearest known model", () => {
  assertThrows(() => modelNamed("kimi-linear-48"), RangeError, 'did you mean "kimi-linear-48b"?');
});
