import type { RunCase } from "../../cli/run_case.ts";
import type { Tensor, Tensors } from "../../kernels/core/family.ts";
import { PAGE_ROWS } from "../../kernels/paged/pages.ts";
import type { Case } from "../../tuner/verify.ts";

/**
 * A case of gqa_decode from one of causal attention: the last query of every sequence, which sees all keys, with the keys
 * and values [B, T, G, *] laid out in pages in reverse order. What no token fills holds NaN.
 */
export function lastQueryCase({ axes, inputs, expected, scalars }: RunCase): Case {
  const { B, T, H, K, V } = axes;
  const G = inputs.k.shape[2];
  const width = Math.ceil(T / PAGE_ROWS);
  const page = (n: number, i: number) => B * width - 1 - (n * width + i);
  const last = ({ data }: Tensor, dims: number): Tensor["data"] =>
    Float64Array.from({ length: B * H * dims }, (_, i) => {
      const n = Math.floor(i / (H * dims));
      return data[((n + 1) * T - 1) * H * dims + i % (H * dims)];
    });
  const pool = ({ data }: Tensor, dims: number): Tensor => {
    const pages = new Float32Array(B * width * PAGE_ROWS * G * dims).fill(NaN);
    for (let n = 0; n < B; n++) {
      for (let t = 0; t < T; t++) {
        const row = page(n, Math.floor(t / PAGE_ROWS)) * PAGE_ROWS + t % PAGE_ROWS;
        const from = (n * T + t) * G * dims;
        pages.set((data as Float32Array).subarray(from, from + G * dims), row * G * dims);
      }
    }
    return { shape: [B * width, PAGE_ROWS, G, dims], data: pages };
  };
  const decoded: Tensors = {
    q: { shape: [B, H, K], data: new Float32Array(last(inputs.q, K)) },
    k_cache: pool(inputs.k, K),
    v_cache: pool(inputs.v, V),
    block_table: {
      shape: [B, width],
      data: Int32Array.from({ length: B * width }, (_, i) => page(Math.floor(i / width), i % width)),
    },
    cache_seqlens: { shape: [B], data: new Int32Array(B).fill(T) },
  };
  return {
    axes: { N: B, H, G, K, V, S: T, P: B * width },
    inputs: decoded,
    scalars,
    expected: {
      o: { shape: [B, H, V], data: last(expected.o, V) },
      lse: { shape: [B, H], data: last(expected.lse, 1) },
    },
  };
}
