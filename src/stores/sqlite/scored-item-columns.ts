/** What a run says of an item, as columns: a double a metric, and apart from them the words. */
import type { ItemScore } from "../../model/evaluation.ts";
import { parseStored } from "./stored-json.ts";

type Remark = Pick<ItemScore, "explanation" | "error">;

const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Little-endian. NaN: no score. */
export function encodeValues(scores: readonly ItemScore[]): Buffer {
  const values = Buffer.alloc(scores.length * BYTES);
  for (const [position, { value }] of scores.entries()) values.writeDoubleLE(value ?? Number.NaN, position * BYTES);
  return values;
}

/** By position. Undefined: there is nothing to say. */
export function encodeRemarks(scores: readonly ItemScore[]): string | undefined {
  const remarks = scores.map(({ explanation, error }): Remark => ({
    ...(explanation === undefined ? {} : { explanation }),
    ...(error === undefined ? {} : { error }),
  }));
  return remarks.some((remark) => Object.keys(remark).length > 0) ? JSON.stringify(remarks) : undefined;
}

export function toItemScores(metrics: readonly string[], values: Buffer, remarks: string | null): readonly ItemScore[] {
  const said = remarks === null ? [] : parseStored<readonly Remark[]>(remarks);
  return metrics.map((name, position) => {
    const value = values.readDoubleLE(position * BYTES);
    return { name, value: Number.isNaN(value) ? null : value, ...said[position] };
  });
}

/** Writes a slice of items into arrays of which each metric has one, from `at` on. `rows`: of each item the values in hexadecimal digits. */
export function writeColumns(columns: readonly Float64Array[], at: number, rows: readonly string[]): void {
  const bytes = Buffer.from(rows.join(""), "hex");
  for (let row = 0; row < rows.length; row += 1)
    for (const [position, column] of columns.entries())
      column[at + row] = bytes.readDoubleLE((row * columns.length + position) * BYTES);
}
