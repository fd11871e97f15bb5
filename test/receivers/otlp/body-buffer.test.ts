import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnavailableError } from "../../../src/model/errors.ts";
import { createBodyBudget } from "../../../src/receivers/otlp/body-budget.ts";
import { createBodyBuffer } from "../../../src/receivers/otlp/body-buffer.ts";

const MEBIBYTE = 1024 * 1024;
const bytesOf = (length: number): Buffer => Buffer.alloc(length, "0123456789abcdef!");

function bufferOf({
  limit = 4 * MEBIBYTE,
  budget = 64 * MEBIBYTE,
  announced,
}: Record<string, number | undefined> = {}) {
  return createBodyBuffer({ limit, held: createBodyBudget({ limit: budget })(), announced });
}

describe("a body that arrives in pieces", () => {
  test("is put together again, whatever its size and its pieces, announced or not", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 20 });
    const announcements = fc.constantFrom("none", "right", "too little", "too much");
    fc.assert(
      fc.property(sizes, announcements, (pieces, announcement) => {
        const whole = bytesOf(pieces.reduce((sum, size) => sum + size, 0));
        const announced = { none: undefined, right: whole.length, "too little": 7, "too much": 4 * MEBIBYTE };
        const buffer = bufferOf({ announced: announced[announcement] });
        let at = 0;
        for (const size of pieces) buffer.add(whole.subarray(at, (at += size)));
        expect(Buffer.compare(buffer.finish(), whole)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("is not copied when it is a single small piece", () => {
    const buffer = bufferOf();
    const piece = bytesOf(1000);
    buffer.add(piece);
    expect(buffer.finish()).toBe(piece);
  });

  test("is in memory of its own when it is large, without room to spare when its length was announced", () => {
    const buffer = bufferOf({ announced: 2 * MEBIBYTE });
    for (let sent = 0; sent < 2 * MEBIBYTE; sent += 65_536) buffer.add(bytesOf(65_536));
    const body = buffer.finish();
    expect([body.byteOffset, body.buffer.byteLength]).toEqual([0, 2 * MEBIBYTE]);
  });

  test.each([1000, MEBIBYTE])("of more than its %d bytes is refused", (limit) => {
    const buffer = bufferOf({ limit });
    buffer.add(bytesOf(limit));
    expect(() => buffer.add(bytesOf(1))).toThrow(`larger than ${limit} bytes`);
  });

  test("is refused for now when all bodies together are too much", () => {
    const buffer = bufferOf({ budget: MEBIBYTE });
    buffer.add(bytesOf(300_000));
    buffer.add(bytesOf(200_000));
    expect(() => buffer.add(bytesOf(MEBIBYTE))).toThrow(UnavailableError);
  });

  test("reserves no more than a few times what has come, whatever it announces", () => {
    const hold = createBodyBudget({ limit: 4 * MEBIBYTE });
    for (let body = 0; body < 3; body += 1)
      createBodyBuffer({ limit: 64 * MEBIBYTE, held: hold(), announced: 64 * MEBIBYTE }).add(bytesOf(300_000));
    const held = hold();
    expect(held.add(0.5 * MEBIBYTE)).toBeUndefined();
    expect(held.add(0.5 * MEBIBYTE)).toBeInstanceOf(UnavailableError);
  });
});
