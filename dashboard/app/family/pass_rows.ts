import type { Pass, Plan } from "../../../kernels/core/family.ts";
import { bindingBytes } from "../../../kernels/core/fit.ts";

/** The dispatches of one label, as a plan has them. */
export interface PassRow {
  readonly label: string;
  readonly dispatches: number;
  /** Workgroups of all dispatches together. */
  readonly workgroups: number;
  readonly workgroupSize: readonly [number, number, number];
  readonly workgroupBytes: number;
  readonly features: readonly string[];
  /** What the first dispatch binds. */
  readonly buffers: readonly { readonly name: string; readonly writes: boolean; readonly bytes: number }[];
  /** Bytes all dispatches bind; a buffer counts once in each. */
  readonly bytes: number;
}

/** Passes of a plan by label, in the order of their first dispatch. */
export function passRows(plan: Plan): PassRow[] {
  const specs = new Map(plan.buffers.map((b) => [b.name, b]));
  const bound = (pass: Pass) =>
    pass.buffers.map(({ name, access, range }) => ({
      name,
      writes: access === "read_write",
      bytes: bindingBytes(specs.get(name)!, range),
    }));
  return [...Map.groupBy(plan.passes, ({ label }) => label)].map(([label, passes]) => {
    const [{ workgroupSize, workgroupBytes, features }] = passes;
    return {
      label,
      dispatches: passes.length,
      workgroups: sum(passes.map(({ workgroups: [x, y, z] }) => x * y * z)),
      workgroupSize,
      workgroupBytes,
      features,
      buffers: bound(passes[0]),
      bytes: sum(passes.flatMap((pass) => bound(pass).map(({ bytes }) => bytes))),
    };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
