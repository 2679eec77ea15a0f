// A comparison made up by formula, of a device that does not exist: every kind of number, gap and batch a real one has.
import {
  type Comparison,
  comparisonSchema,
  type Estimate,
  type FormulationPoint,
  type How,
  type MemoryRow,
  type Point,
} from "../../compare/comparison.ts";
import { keptBy, largestBatch, weightBytes } from "../../compare/memory.ts";
import type { Mixer, Model } from "../../compare/model.ts";
import { modelNamed } from "../../compare/models.ts";

const K = 1024;
const LENGTHS = [4, 8, 16, 32, 64, 128, 256, 512, 1024].map((k) => k * K);
const MEMORY_BYTES = 80 * 2 ** 30;
const WEIGHT_BITS = 4;

/** Half of an interval over its middle. */
const SPREAD: Readonly<Record<How, number>> = { measured: 0.012, integrated: 0.03, projected: 0.12 };

/** The same wobble in every run. */
function estimate(us: number, how: How, seed: number, note?: string): Estimate {
  const value = us * (1 + 0.01 * Math.sin(12.9 * seed));
  const spread = SPREAD[how];
  return {
    us: value,
    lowUs: value * (1 - spread),
    highUs: value * (1 + spread),
    how,
    ...(note ? { note } : {}),
  };
}

const linear = (mixer: Mixer) => mixer.kind === "kda" || mixer.kind === "gdn";

function prefillUs(mixer: Mixer, tokens: number): number {
  return linear(mixer)
    ? 30 + (mixer.kind === "gdn" ? 0.3 : 0.34) * tokens
    : 20 + 0.01 * tokens + 5.1e-5 * tokens ** 2;
}

function decodeUs(mixer: Mixer, tokens: number, batch: number): number {
  return linear(mixer) ? 12 + 1.4 * batch : 9 + 3.84e-4 * tokens * batch;
}

function point(model: Model, phase: Point["phase"], tokens: number, batch: number, how: How): Point {
  const seed = tokens / K + batch + model.name.length + (phase === "decode" ? 0.5 : 0);
  const note = how === "projected" ? "Fit through the four longest lengths that ran." : undefined;
  const parts = model.layers.map(({ layers, mixer }) => ({
    label: mixer.kind,
    layers,
    variant: phase === "prefill"
      ? `${mixer.kind}_prefill:formulation=${linear(mixer) ? "chunked" : "matrix"};tileV=32`
      : `${mixer.kind}_decode:tileV=16`,
    ...estimate(
      phase === "prefill" ? prefillUs(mixer, tokens) : decodeUs(mixer, tokens, batch),
      how,
      seed,
      note,
    ),
  }));
  const us = parts.reduce((sum, part) => sum + part.layers * part.us, 0);
  const spread = SPREAD[how];
  return {
    model: model.name,
    phase,
    tokens,
    batch,
    us,
    lowUs: us * (1 - spread),
    highUs: us * (1 + spread),
    how,
    ...(note ? { note } : {}),
    parts,
  };
}

function memoryRow(model: Model, tokens: number): MemoryRow {
  return {
    model: model.name,
    tokens,
    ...keptBy(model, tokens),
    ...(tokens < 1024 * K ? { scratchBytes: 32 * 2 ** 20 } : {}),
    weightBytes: weightBytes(model, WEIGHT_BITS),
    largestBatch: largestBatch(model, tokens, MEMORY_BYTES, WEIGHT_BITS),
  };
}

const prefillHow = (model: Model, tokens: number): How =>
  tokens <= 64 * K ? "measured" : tokens > 256 * K && !model.layers.some((l) => linear(l.mixer))
    // The baseline's last windows are too long to wait for.
    ? "projected"
    : "integrated";

function formulation(name: string, tokens: number, us: number): FormulationPoint {
  return {
    family: "kda_prefill",
    formulation: name,
    tokens,
    variant: `kda_prefill:formulation=${name}`,
    ...estimate(us, tokens > 256 * K ? "integrated" : "measured", tokens / K + name.length),
  };
}

/** A comparison of the first models named, whose numbers mean nothing. */
export function sampleComparison(
  names: readonly string[] = ["kimi-linear-48b", "full-mla-48b", "gdn-hybrid-48b"],
): Comparison {
  const models = names.map(modelNamed);
  const memory = models.flatMap((model) => LENGTHS.map((tokens) => memoryRow(model, tokens)));
  const prefill = models.flatMap((model) =>
    LENGTHS.map((tokens) => point(model, "prefill", tokens, 1, prefillHow(model, tokens)))
  );
  const decode = models.flatMap((model) =>
    LENGTHS.flatMap((tokens) => {
      const how: How = tokens > 512 * K ? "projected" : "measured";
      const { largestBatch = 0 } = memory.find((m) => m.model === model.name && m.tokens === tokens)!;
      const batches = [...new Set([1, ...(tokens === 64 * K ? [8] : []), largestBatch])];
      return batches.filter((n) => n > 0).map((batch) => point(model, "decode", tokens, batch, how));
    })
  );
  const isMissing = (p: Point) =>
    p.model === "gdn-hybrid-48b" && p.tokens === 1024 * K && (p.phase === "prefill" || p.batch > 1);
  const all = [...prefill, ...decode];
  return comparisonSchema.parse({
    schemaVersion: 1,
    device: {
      vendor: "fictional",
      architecture: "gen-0",
      device: "0x0000",
      description: "Fictional Abacus 9000",
      driver: "0.0.1",
      backend: "dawn",
      runtime: "dawn 0.0.0 in deno 0.0.0",
      software: false,
      features: ["shader-f16", "subgroups"],
      limits: { maxBufferSize: 2 ** 32 },
    },
    ceilings: {
      readGBps: 3000,
      f32Tflops: 50,
      matrixTflops: 400,
      timestampQuantumNs: 32,
      measuredAt: "2000-01-01T00:00:00.000Z",
    },
    at: "2000-01-01T01:00:00.000Z",
    withProjections: false,
    weightBits: WEIGHT_BITS,
    memoryBytes: MEMORY_BYTES,
    models,
    points: all.filter((p) => !isMissing(p)),
    missing: all.filter(isMissing).map(({ model, phase, tokens, batch }) => ({
      model,
      phase,
      tokens,
      batch,
      reason: phase === "prefill"
        ? "Its windows did not end within the budget, 10m."
        : `Buffers of ${batch} sequences exceed what one binding can hold.`,
    })),
    memory,
    formulations: LENGTHS.filter((tokens) => tokens <= 512 * K).flatMap((tokens) => [
      formulation("chunked", tokens, 60 + 0.34 * tokens),
      formulation("recurrent", tokens, 5 + 1.9 * tokens),
      formulation("matrix", tokens, 9500 + 0.12 * tokens),
    ]),
  });
}
