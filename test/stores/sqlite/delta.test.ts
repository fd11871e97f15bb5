import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../../../src/model/span.ts";
import { encodeSpan } from "../../../src/otlp/encode-records.ts";
import { decodeDelta, encodeDelta } from "../../../src/stores/sqlite/delta.ts";
import { outlineSpan } from "../../../src/stores/sqlite/span-outline.ts";
import { agentSpan, attributes, flattenedModelCall, type Message, modelCall } from "../../support/agent-spans.ts";
import { processorMs } from "../../support/processor-ms.ts";

const deltaOf = (base: Buffer, target: Buffer): Buffer | undefined =>
  encodeDelta(outlineSpan(base), outlineSpan(target));
const bytesOf = (span: Span): Buffer => Buffer.from(encodeSpan(span));

/** Size of the delta as a part of the target; throws when the target does not come out of it again. */
function ratioOf(base: Buffer, target: Buffer): number {
  const delta = deltaOf(base, target);
  if (delta === undefined) return 1;
  if (!decodeDelta(base, delta).equals(target)) throw new Error("not the same bytes");
  return delta.length / target.length;
}

const check =
  (property: fc.IProperty<[Buffer, Buffer]>): (() => void) =>
  () =>
    fc.assert(property, { numRuns: 300 });

const text = (seed: number, words: number): string =>
  Array.from({ length: words }, (_, index) => `word${(seed * 7919 + index * 104_729) % 99_991}`).join(" ");
const history = (length: number, seed = 1): Message[] =>
  Array.from({ length }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: text(seed + index, 60),
  }));

const message = fc.record({
  role: fc.constantFrom("user", "assistant", "tool"),
  content: fc.string({ maxLength: 400 }),
});
const span = fc.oneof(
  fc.array(message, { maxLength: 12 }).map((messages) => modelCall(messages)),
  fc.array(message, { maxLength: 12 }).map((messages) => flattenedModelCall(messages)),
  fc
    .array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 300 })), { maxLength: 20 })
    .map((pairs) => agentSpan({ attributes: new Map(pairs) })),
);

describe("a delta", () => {
  const isExact = (base: Buffer, target: Buffer): boolean => ratioOf(base, target) <= 1;

  test("gives back every byte of any two spans", () => {
    const bytes = span.map(bytesOf);
    expect(check(fc.property(bytes, bytes, isExact))).not.toThrow();
  });

  test("gives back every byte of any two byte strings, also when they are no spans", () => {
    const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
    expect(check(fc.property(bytes, bytes, isExact))).not.toThrow();
  });

  test("gives back every byte of a span whose bytes were cut, moved or repeated", () => {
    const body = bytesOf(modelCall(history(8)));
    const broken = fc.tuple(fc.nat(body.length), fc.nat(body.length), fc.nat(3)).map(([from, to, times]) => {
      const piece = body.subarray(Math.min(from, to), Math.max(from, to));
      return Buffer.concat([body.subarray(0, from), ...Array.from({ length: times }, () => piece), body.subarray(to)]);
    });
    expect(check(fc.property(broken, broken, isExact))).not.toThrow();
  });

  const repeated: readonly [string, Span, Span][] = [
    ["a JSON history that grew by two messages", modelCall(history(20)), modelCall(history(22))],
    ["a flattened history that grew by two messages", flattenedModelCall(history(20)), flattenedModelCall(history(22))],
    [
      "a history behind a system prompt with a clock in it",
      modelCall([{ role: "system", content: `${text(1, 20)} It is 12:03:11. ${text(2, 80)}` }, ...history(20)]),
      modelCall([{ role: "system", content: `${text(1, 20)} It is 12:04:59. ${text(2, 80)}` }, ...history(22)]),
    ],
    [
      "a window that slides over the history",
      modelCall([{ role: "system", content: text(9, 40) }, ...history(20)]),
      modelCall([{ role: "system", content: text(9, 40) }, ...history(22).slice(2)]),
    ],
    [
      "messages in span events",
      agentSpan({ events: history(20).map(eventOf(1n)) }),
      agentSpan({ events: history(22).map(eventOf(2n)) }),
    ],
    [
      "attributes in another order",
      agentSpan({ attributes: attributes({ a: text(1, 90), b: text(2, 90), c: text(3, 90) }) }),
      agentSpan({ attributes: attributes({ c: text(3, 90), a: text(1, 90), b: text(2, 90) }) }),
    ],
  ];
  test.each(repeated)("is a fraction of %s", (_, base, target) => {
    expect(ratioOf(bytesOf(base), bytesOf(target))).toBeLessThan(0.3);
  });

  test("is not made of two spans that share nothing", () => {
    expect(deltaOf(bytesOf(modelCall(history(6, 1))), bytesOf(modelCall(history(6, 500))))).toBeUndefined();
  });

  test("does not fit another base", () => {
    const delta = deltaOf(bytesOf(modelCall(history(20))), bytesOf(modelCall(history(22))));
    if (delta === undefined) throw new Error("no delta");
    expect(() => decodeDelta(Buffer.alloc(10), delta)).toThrow(RangeError);
    expect(() => decodeDelta(Buffer.alloc(100_000), delta.subarray(0, 20))).toThrow(RangeError);
  });

  test("of hostile spans with ten thousand fields takes no time", () => {
    const fields = (tag: number): Buffer =>
      Buffer.from(Array.from({ length: 20_000 }, (_, index) => [tag, 1, index % 251]).flat());
    const spent = processorMs(() => {
      ratioOf(fields(0x5a), fields(0x6a));
      ratioOf(fields(0x4a), fields(0x5a));
    });
    expect(spent).toBeLessThan(1000);
  });
});

function eventOf(time: bigint): (message: Message) => Span["events"][number] {
  return ({ role, content }) => ({
    name: `gen_ai.${role}.message`,
    timeUnixNano: time,
    attributes: attributes({ content }),
    droppedAttributesCount: 0,
  });
}
