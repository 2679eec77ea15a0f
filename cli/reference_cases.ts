import type { Axes, Scalars, Tensors } from "../kernels/core/family.ts";
import { headsOf, joinHeads } from "../kernels/core/one_head.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { HeadTask, InputsTask } from "./reference_thread.ts";
import { loadCase } from "./run_case.ts";
import { ThreadPool } from "./thread_pool.ts";

/** What to verify at: seeded inputs of a regime, or a file that holds the outputs too. */
export type CaseRequest =
  & { readonly family: string }
  & ({ readonly axes: Axes; readonly seed: number; readonly regime: string } | { readonly file: string });

/** A case whose parts are still coming. */
export interface ComingCase {
  readonly inputs: Promise<{ readonly axes: Axes; readonly scalars?: Scalars; readonly inputs: Tensors }>;
  readonly expected: Promise<Tensors>;
}

/**
 * Cases by request, their references computed head by head on every core. Holds the one in use and the next one, which is
 * computed meanwhile.
 */
export class ReferenceCases {
  readonly #pool = new ThreadPool(new URL("./reference_thread.ts", import.meta.url));
  #held = new Map<string, ComingCase>();
  #heads = 0;

  /** Heads whose reference has been computed so far. */
  get heads(): number {
    return this.#heads;
  }

  /** The case asked for; begins `next` as well. */
  take(wanted: CaseRequest, next?: CaseRequest): ComingCase {
    const held = new Map<string, ComingCase>();
    for (const request of next ? [wanted, next] : [wanted]) {
      const key = JSON.stringify(request);
      held.set(key, this.#held.get(key) ?? this.#begin(request));
    }
    this.#held = held;
    return held.get(JSON.stringify(wanted))!;
  }

  /** Ends threads that have nothing to do. */
  close(): void {
    this.#pool.close();
  }

  #begin(request: CaseRequest): ComingCase {
    const coming = "file" in request ? fromFile(request) : this.#compute(request);
    // A case that fails before it is asked for tells when it is.
    coming.inputs.catch(() => {});
    coming.expected.catch(() => {});
    return coming;
  }

  #compute(request: CaseRequest & { axes: Axes; seed: number; regime: string }): ComingCase {
    const { axes, family: name } = request;
    const inputs = this.#pool.run<Tensors>({ kind: "inputs", ...request } satisfies InputsTask);
    const reference = async (head: number) => {
      const task: HeadTask = { kind: "head", family: name, axes, inputs: await inputs, head };
      const outputs = await this.#pool.run<Tensors>(task);
      this.#heads++;
      return outputs;
    };
    const heads = Promise.all(Array.from({ length: headsOf(axes) }, (_, head) => reference(head)));
    return {
      inputs: inputs.then((tensors) => ({ axes, inputs: tensors })),
      expected: heads.then((outputs) => joinHeads(familyNamed(name), outputs)),
    };
  }
}

function fromFile({ family, file }: { family: string; file: string }): ComingCase {
  const loaded = loadCase(familyNamed(family), file);
  return { inputs: loaded, expected: loaded.then(({ expected }) => expected) };
}
