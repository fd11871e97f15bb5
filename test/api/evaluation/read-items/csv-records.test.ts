import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRecord, csvRecords } from "../../../../src/api/evaluation/read-items/csv-records.ts";
import { splitLines } from "../../../../src/api/evaluation/read-items/split-lines.ts";

async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function recordsIn(text: string, { size = 7, longest = 10_000 } = {}): Promise<readonly CsvRecord[]> {
  const found: CsvRecord[] = [];
  const lines = splitLines(piecesOf(Buffer.from(text), size), 1_000_000);
  for await (const record of csvRecords(lines, longest)) found.push(record);
  return found;
}

describe("records of comma separated values", () => {
  it.each([
    [
      "plain cells",
      "a,b\nc,d\n",
      [
        { line: 1, cells: ["a", "b"] },
        { line: 2, cells: ["c", "d"] },
      ],
    ],
    [
      "lines that end with CR LF",
      'a,"b"\r\nc,d\r\n',
      [
        { line: 1, cells: ["a", "b"] },
        { line: 2, cells: ["c", "d"] },
      ],
    ],
    [
      "no line feed at the end",
      "a\nb",
      [
        { line: 1, cells: ["a"] },
        { line: 2, cells: ["b"] },
      ],
    ],
    ["empty cells", ",\n", [{ line: 1, cells: ["", ""] }]],
    [
      "quotes that hold commas, line ends and quotes",
      '"a,b","c\r\nd","e""f"\ng,h,i',
      [
        { line: 1, cells: ["a,b", "c\r\nd", 'e"f'] },
        { line: 3, cells: ["g", "h", "i"] },
      ],
    ],
    [
      "blank lines between records, and within a cell",
      'a\n\n \n"b\n\nc"\n',
      [
        { line: 1, cells: ["a"] },
        { line: 4, cells: ["b\n\nc"] },
      ],
    ],
    [
      "a quote in a bare cell",
      'a"b,c\nd,e',
      [
        { line: 1, problem: "has a quote inside a cell that is not quoted" },
        { line: 2, cells: ["d", "e"] },
      ],
    ],
    [
      "text behind a closing quote",
      '"a"b,c\nd,e',
      [
        { line: 1, problem: "has something behind a closing quote" },
        { line: 2, cells: ["d", "e"] },
      ],
    ],
    [
      "a quote that is never closed",
      'a,b\nc,"d\ne,f\n',
      [
        { line: 1, cells: ["a", "b"] },
        { line: 2, problem: "has a quote that is not closed" },
      ],
    ],
  ])("are read: %s", async (_, text, records) => {
    expect(await recordsIn(text)).toEqual(records);
  });

  it("are not held beyond what one may have", async () => {
    const records = await recordsIn(`"${"a\n".repeat(60)}`, { longest: 100 });
    expect(records[0]).toEqual({ line: 1, problem: "is longer than 100 characters" });
  });

  it("come out as they were written, however they arrive", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r\n", "é", "🙂", " ") });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (rows, size) => {
        const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        const records = await recordsIn(text, { size });
        expect(records.map((record) => ("cells" in record ? record.cells : record.problem))).toEqual(rows);
      }),
    );
  });

  it("take time in proportion to their length, also in a cell of many lines", async () => {
    const text = `"${"\n".repeat(200_000)}"`;
    const started = performance.now();
    expect(await recordsIn(text, { size: 65_536, longest: 1_000_000 })).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
