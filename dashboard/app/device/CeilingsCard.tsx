import { threeDigits } from "../../../compare/quantities.ts";
import type { Ceilings } from "../../../profiles/schema.ts";
import { Empty } from "../components/Empty.tsx";
import { ridge } from "./roofline_figure.ts";

/** The device's own limits as measured, and from which intensity on each rate binds. */
export function CeilingsCard({ ceilings }: { readonly ceilings?: Ceilings }) {
  return (
    <section class="card">
      <h2>Measured ceilings</h2>
      {ceilings ? <Measured ceilings={ceilings} /> : (
        <Empty
          what="Its ceilings were not measured yet: a search measures them first."
          command="deno task tune"
        />
      )}
    </section>
  );
}

function Measured({ ceilings }: { readonly ceilings: Ceilings }) {
  const { readGBps, f32Tflops, matrixTflops, timestampQuantumNs, measuredAt } = ceilings;
  const from = (tflops: number) => `binds from ${threeDigits(ridge(tflops, readGBps))} flops by byte`;
  return (
    <>
      <dl class="facts ceilings">
        <dt>read bandwidth</dt>
        <dd>
          <strong>{threeDigits(readGBps)}</strong> GB/s
        </dd>
        <dt>f32 multiply-adds</dt>
        <dd>
          <strong>{threeDigits(f32Tflops)}</strong> TFLOP/s <span class="muted">{from(f32Tflops)}</span>
        </dd>
        <dt>matrix units</dt>
        <dd>
          {matrixTflops === undefined ? <span class="muted">none granted</span> : (
            <>
              <strong>{threeDigits(matrixTflops)}</strong> TFLOP/s{" "}
              <span class="muted">f16 summed in f32, {from(matrixTflops)}</span>
            </>
          )}
        </dd>
        <dt>clock</dt>
        <dd>
          {timestampQuantumNs === 0
            ? "wall clock: no timestamps were granted"
            : `timestamps in steps of ${threeDigits(timestampQuantumNs)} ns`}
        </dd>
        <dt>measured</dt>
        <dd>
          <time datetime={measuredAt}>{measuredAt.slice(0, 16).replace("T", " ")} UTC</time>
        </dd>
      </dl>
    </>
  );
}
