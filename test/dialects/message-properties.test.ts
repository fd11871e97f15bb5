import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, MessageCall, MessageResult } from "../../src/dialects/message.ts";
import { parseMessage, parseMessages } from "../../src/dialects/parse-message.ts";
import type { JsonValue } from "../../src/model/session.ts";
import { writers } from "./message-writers.ts";

/** What is said; not the texts that stand for none, nor lists of parts written as text. */
const said = fc.string({ minLength: 1 }).filter((text) => !/^\[|^null$/.test(text));
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "order_id"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const facts = fc.dictionary(fc.constantFrom("a", "b", "order_id"), value, { minKeys: 1, noNullPrototype: true });
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const ids = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/), { minLength: 1, maxLength: 4 });

const calls: fc.Arbitrary<readonly MessageCall[]> = ids.chain((all) =>
  fc.tuple(...all.map((id) => fc.record({ id: fc.constant(id), name, arguments: facts }))),
);
const results: fc.Arbitrary<readonly MessageResult[]> = ids.chain((all) =>
  fc.tuple(...all.map((id) => fc.record({ id: fc.constant(id), name, content: facts }))),
);
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    role: fc.constantFrom("user" as const, "system" as const, "assistant" as const),
    text: said,
    calls: fc.constant([]),
    results: fc.constant([]),
  }),
  fc.record({
    role: fc.constant("assistant" as const),
    text: fc.oneof(fc.constant(""), said),
    calls,
    results: fc.constant([]),
  }),
  fc.record({ role: fc.constant("tool" as const), text: fc.constant(""), calls: fc.constant([]), results }),
);

/** Some libraries write one message as several. */
const joined = (messages: readonly Message[]) => ({
  roles: [...new Set(messages.map(({ role }) => role))],
  text: messages.map(({ text }) => text).join(""),
  calls: messages.flatMap((each) => each.calls),
  results: messages.flatMap((each) => each.results),
});

describe.each(Object.entries(writers))("what %s writes", (_library, write) => {
  it("is read as what was said, asked and answered", () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(joined(parseMessages(write(original)))).toEqual(joined([original]));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a message, whatever it looks like,", () => {
  /** Members that mean something somewhere, with values of every kind, in every combination. */
  const keys = fc.constantFrom(
    ...(
      "role content parts text type id name tool_calls function arguments input data tool_call_id toolCallId output " +
      "result response toolUse functionCall toolResponse image image_url url source lc kwargs additional_kwargs refusal " +
      "audio transcript status"
    ).split(" "),
  );
  const words = fc.constantFrom(
    ...(
      "user assistant tool system text tool_call tool-result function_call_output image tool_approval_response ai " +
      "reasoning server_tool_call data:image/png;base64,AAAA [{ {}"
    ).split(" "),
  );
  const odd: fc.Arbitrary<JsonValue> = fc.letrec<{ odd: JsonValue }>((tie) => ({
    odd: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      words,
      fc.string(),
      fc.constantFrom(null, 0, true, false),
      fc.array(tie("odd"), { maxLength: 3 }),
      fc.dictionary(keys, tie("odd"), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).odd;

  it("is read or left out, and never throws", () => {
    fc.assert(
      fc.property(odd, (value) => {
        for (const { role, text, calls: asked, results: answered } of parseMessages(value)) {
          expect(["system", "user", "assistant", "tool"]).toContain(role);
          expect(typeof text).toBe("string");
          expect([Array.isArray(asked), Array.isArray(answered)]).toEqual([true, true]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps its texts, beside parts of any kind", () => {
    const part = fc.oneof(
      said.map((text) => ({ type: "text", text })),
      said.map((content) => ({ type: "text", content })),
      said.map((text) => ({ text })),
      odd.map((inner) => ({ type: "x_unknown", inner })),
      fc.constant({ type: "image", data: "AAAABBBBCCCCDDDDEEEE", mimeType: "image/png" }),
      fc.constant({ type: "reasoning", content: "hm" }),
    );
    fc.assert(
      fc.property(fc.constantFrom("user", "assistant", "system"), fc.array(part, { minLength: 1 }), (role, parts) => {
        const texts = parts.flatMap((each) =>
          "text" in each ? [each.text] : "content" in each && each.type === "text" ? [each.content] : [],
        );
        const read = parseMessage({ role, content: parts });
        const shown = parts.flatMap((each) => ("mimeType" in each ? ["[image: image/png]"] : []));
        const text = texts.length > 0 ? texts.join(role === "user" ? "\n" : "") : shown.join("\n");
        expect({ text: read?.text, others: read?.others?.length ?? 0 }).toEqual({
          text,
          others: parts.length - texts.length,
        });
      }),
      { numRuns: 300 },
    );
  });

  it("is the same when what was read is written by the conventions and read again", () => {
    fc.assert(
      fc.property(odd, (value) => {
        for (const { others: _others, ...read } of parseMessages(value)) {
          // The conventions have no place for the text of a failure, nor for what was withheld or only approved.
          if (/^\[|^null$/.test(read.text) || read.results.some((result) => result.content === undefined)) continue;
          if (read.role === "tool" && read.results.length === 0) continue;
          const again = parseMessages(writers["GenAI conventions"]?.(read) ?? []);
          expect(joined(again)).toEqual(joined([read]));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
