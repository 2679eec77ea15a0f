import type { Param } from "../core/family.ts";

/** What the split pass of every formulation is asked: the same buffers and parameters, in the same order. */
export interface SplitRequest {
  readonly sequences: number;
  readonly heads: number;
  readonly splits: number;
  readonly params: readonly Param[];
  /** Names in binding order from 1; a leading `*` marks a buffer the pass writes. */
  readonly buffers: readonly string[];
  /** The part of the text that declares and reads the cache's buffers. */
  readonly cacheCode: string;
  /** The part that declares o and writes it: an answer, or a split's share of one. */
  readonly partialCode: string;
}
