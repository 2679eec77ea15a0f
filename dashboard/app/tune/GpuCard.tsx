import { threeDigits } from "../../../compare/quantities.ts";
import type { Ceilings } from "../../../profiles/schema.ts";
import { clockWords } from "./clock_words.ts";
import type { FoundAdapter } from "./find_adapter.ts";

/** The GPU found, what it can do and, once measured, its ceilings and its clock. */
export function GpuCard({ found, ceilings }: {
  readonly found: FoundAdapter | string | undefined;
  readonly ceilings?: Ceilings;
}) {
  if (found === undefined) return <p class="muted" role="status">Asking the browser for its GPU.</p>;
  if (typeof found === "string") {
    return (
      <div class="empty">
        <p>{found}</p>
        <p>The command line can tune this machine's GPU too:</p>
        <pre><code>deno task tune</code></pre>
      </div>
    );
  }
  return (
    <div class="card">
      <p class="gpu">
        <strong>{found.name}</strong> {found.isSoftware && <span class="tag caution">software adapter</span>}
        <span class="muted">
          {found.has.length > 0 && `with ${found.has.join(", ")}`}
          {found.has.length > 0 && found.lacks.length > 0 && "; "}
          {found.lacks.length > 0 && `without ${found.lacks.join(", ")}`}
        </span>
      </p>
      {ceilings && (
        <p class="muted">
          Measured ceilings: {threeDigits(ceilings.readGBps)} GB/s read, {threeDigits(ceilings.f32Tflops)}
          {" "}
          TFLOP/s f32
          {ceilings.matrixTflops !== undefined &&
            `, ${threeDigits(ceilings.matrixTflops)} TFLOP/s on matrix units`}. {clockWords(ceilings)}
        </p>
      )}
      {found.isSoftware && (
        <p class="warn">
          This browser computes on the CPU. Tuning shows that the kernels are right; the times say nothing
          about a GPU.
        </p>
      )}
    </div>
  );
}
