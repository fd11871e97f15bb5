import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitJsonList } from "../../../../src/api/evaluation/read-items/split-json-list.ts";
import type { Line } from "../../../../src/api/evaluation/read-items/split-lines.ts";

async function elementsOf(text: string, { size = 3, longest = 1000 } = {}): Promise<readonly Line[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const found: Line[] = [];
  for await (const element of splitJsonList(pieces(), longest)) found.push(element);
  return found;
}

const noList = "is not a JSON list of items";

describe("the elements of a JSON list", () => {
  it.each([
    ["none", " [ ] ", []],
    [
      "some, with the lines where they begin",
      '[\n {"a":\n1},\n\n{"b":2}]',
      [
        { line: 2, text: '\n {"a":\n1}' },
        { line: 5, text: '\n\n{"b":2}' },
      ],
    ],
    [
      "brackets and quotes in texts",
      '[{"a":"]},\\"["},[1,[2]]]',
      [
        { line: 1, text: '{"a":"]},\\"["}' },
        { line: 1, text: "[1,[2]]" },
      ],
    ],
    [
      "nothing between commas",
      "[1,,2,]",
      [
        { line: 1, text: "1" },
        { line: 1, text: "" },
        { line: 1, text: "2" },
        { line: 1, text: "" },
      ],
    ],
    ["an object instead", '{"items":[]}', [{ line: 1, problem: noList }]],
    [
      "something behind it",
      "[1]\n2",
      [
        { line: 1, text: "1" },
        { line: 2, problem: noList },
      ],
    ],
    [
      "no end",
      "[1,\n2",
      [
        { line: 1, text: "1" },
        { line: 2, problem: "ends before the list does" },
      ],
    ],
    ["no beginning", "", [{ line: 1, problem: "ends before the list does" }]],
  ])("come one by one: %s", async (_, text, elements) => {
    expect(await elementsOf(text)).toEqual(elements);
  });

  it("are not held when they are too long", async () => {
    expect(await elementsOf(`["${"a".repeat(50)}",1]`, { longest: 20 })).toEqual([
      { line: 1, problem: "is longer than 20 bytes" },
      { line: 1, text: "1" },
    ]);
  });

  it("are those that JSON.parse finds, however the bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.constantFrom(undefined, 1),
        fc.integer({ min: 1, max: 9 }),
        async (list, indent, size) => {
          const elements = await elementsOf(JSON.stringify(list, undefined, indent), { size, longest: 100_000 });
          const values = elements.map((element): unknown => JSON.parse("text" in element ? element.text : "-"));
          expect(values).toEqual(JSON.parse(JSON.stringify(list)));
        },
      ),
    );
  });
});
