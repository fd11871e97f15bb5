import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { agent, chat } from "../support/conversation-spans.ts";

const by = (name: string, span: Span): Span => ({ ...span, scope: { ...span.scope, name } });
const usage = (tokens: number) => ({
  "gen_ai.usage.input_tokens": BigInt(tokens),
  "gen_ai.usage.output_tokens": 1n,
});
const root = agent({ id: 1, at: 0, until: 90 });
const outer = by("langchain", chat({ id: 2, parent: 1, at: 10, until: 50 }, [{ user: "a" }], { assistant: "A" }));

/** Model calls of all turns. */
const callsOf = (...spans: readonly Span[]) =>
  buildSessions({ spans, logRecords: [] }).flatMap(({ turns }) => turns.flatMap(({ steps }) => steps)).length;

describe("a request that two instrumentations recorded side by side", () => {
  const inner = { id: 3, parent: 1, at: 11, until: 49 };

  it.each<[string, Span, Span]>([
    ["the same question and answer", outer, by("openai", chat(inner, [{ user: "a" }], { assistant: "A" }))],
    [
      "the same tokens where one has no content",
      by(
        "langchain",
        chat({ id: 2, parent: 1, at: 10, until: 50, more: usage(7) }, [{ user: "a" }], { assistant: "A" }),
      ),
      by("openai", chat({ ...inner, more: usage(7) }, undefined)),
    ],
    [
      "the same failure",
      by("langchain", chat({ id: 2, parent: 1, at: 10, until: 50, error: "429" }, [{ user: "a" }])),
      by("openai", chat({ ...inner, error: "429" }, undefined)),
    ],
  ])("is one: %s", (_how, one, other) => {
    expect(callsOf(root, one, other)).toBe(1);
    expect(callsOf(other, one, root)).toBe(1);
  });

  it.each<[string, Span]>([
    ["another answer", by("openai", chat(inner, [{ user: "a" }], { assistant: "B" }))],
    ["another question", by("openai", chat(inner, [{ user: "b" }], { assistant: "A" }))],
    ["the same instrumentation", by("langchain", chat(inner, [{ user: "a" }], { assistant: "A" }))],
    ["it went on for longer", by("openai", chat({ ...inner, until: 80 }, [{ user: "a" }], { assistant: "A" }))],
    ["nothing that could be compared", by("openai", chat(inner, undefined))],
  ])("is two: %s", (_why, other) => {
    expect(callsOf(root, outer, other)).toBe(2);
  });
});
