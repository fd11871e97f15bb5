/** One and the same thing, written by several libraries or left out by one. */
import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";

const user: Said = { user: "where?" };
const call = { id: "1", name: "find", arguments: { place: "Berlin" } };

function turnsOf(...spans: readonly Span[]) {
  return buildSession({ spans, logRecords: [] }, {}).session.turns;
}

describe("a tool call that a protocol wrote down once more, below the agent's span", () => {
  const calls = [
    chat({ id: 2, parent: 1, at: 1 }, [user], { calls: [call] }),
    chat({ id: 3, parent: 1, at: 9 }, [user, { calls: [call] }, { results: [{ id: "1", response: "x" }] }], {
      assistant: "there",
    }),
  ];
  const outer = tool({ id: 4, at: 2, until: 8 }, { ...call, result: "x" });
  const inner = (id: number, parent: number, what: Partial<typeof call>) =>
    tool({ id, parent, at: 3, until: 7 }, { name: "find", ...what });
  const subAgentOf = (...spans: readonly Span[]) => {
    const step = turnsOf(...calls, outer, ...spans)[0]?.steps.find(({ type }) => type === "tool_call");
    return step?.type === "tool_call"
      ? step.subAgent?.steps.map((own) => (own.type === "tool_call" ? own.name : "model"))
      : [];
  };

  it("is no sub-agent", () => {
    expect(subAgentOf(inner(5, 4, { arguments: call.arguments }), inner(6, 5, {}))).toBeUndefined();
  });

  it("hands on what it did itself", () => {
    expect(subAgentOf(inner(5, 4, {}), chat({ id: 7, parent: 5, at: 4 }, [user], { assistant: "y" }))).toEqual([
      "model",
    ]);
  });

  it("is a call of its own when its arguments or its id are others", () => {
    expect(subAgentOf(inner(5, 4, { arguments: { place: "Paris" } }))).toEqual(["find"]);
    expect(subAgentOf(inner(5, 4, { id: "2" }))).toEqual(["find"]);
  });
});

describe("the same prompt again", () => {
  const first = chat({ trace: 1, id: 1, at: 0 }, [user], { calls: [call] });

  it("goes on with the turn after a call that asked for tools: results were left out of it", () => {
    const turns = turnsOf(first, chat({ trace: 1, id: 2, at: 5 }, [user], { assistant: "there" }));
    expect(turns.map(({ assistantContent }) => assistantContent)).toEqual(["there"]);
  });

  it("is a new turn in a new trace", () => {
    expect(turnsOf(first, chat({ trace: 2, id: 2, at: 5 }, [user], { assistant: "there" }))).toHaveLength(2);
  });

  it("is a new turn after an answer", () => {
    const answered = chat({ trace: 1, id: 1, at: 0 }, [user], { assistant: "here" });
    expect(turnsOf(answered, chat({ trace: 1, id: 2, at: 5 }, [user], { assistant: "there" }))).toHaveLength(2);
  });
});

describe("a tool's span with the arguments of a call and another name", () => {
  const asks = chat({ id: 1, at: 0 }, [user], { calls: [call] });
  const namesOf = (more: Readonly<Record<string, string>>) =>
    turnsOf(asks, tool({ id: 2, at: 2, more }, { name: "DynamicTool", arguments: call.arguments }))[0]?.steps.flatMap(
      (step) => (step.type === "tool_call" ? [step.name] : []),
    );

  it("is that call where spans are named by the tool's class", () => {
    expect(namesOf({ "traceloop.span.kind": "task" })).toEqual(["find"]);
  });

  it("is a call of its own everywhere else", () => {
    expect(namesOf({})).toEqual(["find", "DynamicTool"]);
  });
});
