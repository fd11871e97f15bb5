import { describe, expect, it } from "vitest";
import { itemsOfSession } from "../../../src/evaluation/item-metrics/items-of-session.ts";
import type { Turn } from "../../../src/model/session.ts";
import { builtSession, builtTurn } from "../../support/built-sessions.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";

const itemsOf = (...turns: readonly Turn[]) => itemsOfSession("s1", builtSession(turns));
/** Of a first turn with these fields. */
const only = (fields: Partial<Turn>) => itemsOf(builtTurn(1, fields))[0];
const silent = { assistantContent: undefined } as unknown as Partial<Turn>;
const modelCall = { type: "model_call", content: "thinking" } as const;

describe("turns of a session as items", () => {
  it("are one item a turn, with what its tools returned as context and the turns before as history", () => {
    const session = sessionOf([
      user("Where is order 7?"),
      uses("get_order", { id: 7 }, { at: "Hamburg" }),
      uses("get_docs", {}, { documents: ["one", "two"] }),
      says("In Hamburg."),
      user("And order 8?"),
      says("I do not know."),
    ]);
    expect(itemsOfSession("s1", session)).toEqual([
      {
        key: "s1:1",
        input: "Where is order 7?",
        output: "In Hamburg.",
        context: ['{"at":"Hamburg"}', "one", "two"],
        toolCalls: [
          { name: "get_order", arguments: { id: 7 }, result: { at: "Hamburg" } },
          { name: "get_docs", arguments: {}, result: { documents: ["one", "two"] } },
        ],
        metadata: {},
        origin: { sessionId: "s1", turn: 1 },
      },
      {
        key: "s1:2",
        input: "And order 8?",
        output: "I do not know.",
        context: [],
        history: [{ user: "Where is order 7?", assistant: "In Hamburg." }],
        toolCalls: [],
        metadata: {},
        origin: { sessionId: "s1", turn: 2 },
      },
    ]);
  });

  it("keep a failed tool's error, and no result of it", () => {
    const item = only({ steps: [{ type: "tool_call", name: "get", arguments: {}, error: "timed out" }] });
    expect(item?.toolCalls).toEqual([{ name: "get", arguments: {}, error: "timed out" }]);
    expect(item?.context).toEqual([]);
  });

  it("have an empty output and say so where the agent did something and did not reply", () => {
    expect(only({ ...silent, steps: [modelCall] })).toMatchObject({ output: "", metadata: { no_reply: true } });
    expect(only({ ...silent, error: "model overloaded" })).toMatchObject({
      output: "",
      metadata: { no_reply: true, error: "model overloaded" },
    });
    expect(only({})?.metadata).toEqual({});
  });

  it.each([
    ["the user went on before anything was done", silent],
    ["the user stopped the reply", { ...silent, steps: [modelCall], aborted: true }],
    ["the texts were not recorded", { ...silent, steps: [modelCall], flags: ["content_missing"] }],
    ["the user's text was not recorded", { userContent: "", flags: ["content_missing"] }],
    ["it is known from later history only, without its reply", { ...silent, inferred: true }],
  ] satisfies [string, Partial<Turn>][])("leave out what says nothing about the agent: %s", (_, fields) => {
    expect(only(fields)).toBeUndefined();
  });

  it("keep what is known from later history, with its reply, and replies that were stopped", () => {
    expect(only({ inferred: true })).toMatchObject({ output: "answer 1" });
    expect(only({ aborted: true })).toMatchObject({ output: "answer 1" });
  });

  it("keep what the agent was told to do, for the metrics that need it", () => {
    const item = itemsOfSession("s1", builtSession(1, { systemPrompt: "Speak of orders only." }))[0];
    expect(item?.instructions).toBe("Speak of orders only.");
  });

  it("name the agent", () => {
    const session = builtSession(1, { agentName: "support" });
    expect(itemsOfSession("s1", session)[0]?.metadata).toEqual({ agent_name: "support" });
  });

  it("are bounded, whatever the session holds", () => {
    const long = "🎉".repeat(101_000);
    const call = { type: "tool_call" as const, name: "n".repeat(5_000), arguments: { long }, result: [long] };
    const asked = Array.from({ length: 30 }, (_, at) => builtTurn(at + 1, { userContent: `${at} ${long}` }));
    const last = builtTurn(31, { userContent: long, assistantContent: long });
    const item = itemsOf(...asked, { ...last, steps: Array.from({ length: 300 }, () => call) }).at(-1);
    expect(item?.input.length).toBeLessThan(200_100);
    expect(item?.output.length).toBeLessThan(200_100);
    expect(item?.context).toHaveLength(100);
    expect(item?.context[0]?.length).toBeLessThan(20_100);
    expect(item?.history).toHaveLength(20);
    expect(item?.history?.[0]?.user).toMatch(/^10 .*characters left out/u);
    expect(item?.toolCalls).toHaveLength(200);
    expect(item?.toolCalls?.[0]?.name).toHaveLength(1_000);
    expect(JSON.stringify(item?.toolCalls?.[0]).length).toBeLessThan(50_000);
    expect(item?.output).not.toMatch(/\p{Surrogate}/u);
  });
});
