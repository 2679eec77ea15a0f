import type { Comparison } from "./comparison.ts";
import { formulationTables } from "./formulation_tables.ts";
import { memoryTable } from "./memory_table.ts";
import { ratioTables } from "./ratio_tables.ts";
import type { Table } from "./table.ts";
import { batchedDecodeTable, decodeTable, otherBatchesTable, prefillTable } from "./time_tables.ts";

/** All tables of a comparison that have rows, in the order a reader asks for them. */
export function tablesOf(comparison: Comparison): Table[] {
  return [
    ...ratioTables(comparison),
    prefillTable(comparison),
    decodeTable(comparison),
    batchedDecodeTable(comparison),
    otherBatchesTable(comparison),
    memoryTable(comparison),
    ...formulationTables(comparison),
  ].filter((table) => table !== undefined).filter((table) => table.rows.length > 0);
}
