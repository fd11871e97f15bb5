import { describe, expect, it } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, spanAt, tool } from "../support/conversation-spans.ts";
import type { Said, SpanPlace } from "../support/conversation-spans.ts";

const berlin = { order: "Berlin" };
const paris = { order: "Paris" };
const asked = { "gen_ai.response.finish_reasons": ["tool_calls"] } satisfies Record<string, AttributeValue>;

const task = { "traceloop.span.kind": "task" };

/** A graph that keeps its state, with the texts, calls and results of a turn. */
function graph(place: SpanPlace, messages: readonly unknown[]): Span {
  return spanAt(place, {
    "traceloop.span.kind": "workflow",
    "traceloop.entity.output": JSON.stringify({ messages }),
  });
}

function stepsOf(...spans: readonly Span[]) {
  const { turns } = buildSession({ spans, logRecords: [] }, {}).session;
  return turns.map(({ steps }) =>
    steps.map((step) =>
      step.type === "model_call" ? (step.content ?? "") : [step.id, step.name, step.arguments, step.result, step.error],
    ),
  );
}

const user: Said = { user: "where?" };
const said: Said = { assistant: "there" };
const says = (content: string) => ({ role: "assistant", content });
const asks = (id: string, args: unknown, content = "") => ({
  ...says(content),
  tool_calls: [{ id, name: "find", args }],
});
const gives = (id: string, content: string, more = {}) => ({ role: "tool", tool_call_id: id, content, ...more });
const question = { role: "user", content: "where?" };

describe("what an agent kept of its run", () => {
  const calls = [
    chat({ id: 2, parent: 1, at: 1, more: asked }, [user], { assistant: "first" }),
    chat({ id: 3, parent: 1, at: 5, more: asked }, [user, { assistant: "first" }, { results: [{ response: "x" }] }]),
    chat({ id: 4, parent: 1, at: 9 }, [user, { assistant: "first" }, { results: [{ response: "x" }] }], said),
  ];
  const state = [
    question,
    asks("1", berlin, "first"),
    gives("1", "in Berlin"),
    asks("2", paris),
    gives("2", "Error: no such place", { status: "error" }),
    says("there"),
  ];

  it("tells which tools the model asked for where its calls only say that it did, each after its call", () => {
    expect(stepsOf(graph({ id: 1, at: 0, until: 20 }, state), ...calls)).toEqual([
      [
        "first",
        ["1", "find", berlin, "in Berlin", undefined],
        "",
        ["2", "find", paris, undefined, "Error: no such place"],
        "there",
      ],
    ]);
  });

  it("gives the spans of the tools, which name a class, their names and ids", () => {
    const spans = [
      tool({ id: 5, parent: 1, at: 2, more: task }, { name: "StructuredTool", arguments: berlin, result: "in Berlin" }),
      tool(
        { id: 6, parent: 1, at: 6, error: "no such place", more: task },
        { name: "StructuredTool", arguments: paris },
      ),
    ];
    expect(stepsOf(graph({ id: 1, at: 0, until: 20 }, state), ...calls, ...spans)).toEqual([
      [
        "first",
        ["1", "find", berlin, "in Berlin", undefined],
        "",
        ["2", "find", paris, undefined, "no such place"],
        "there",
      ],
    ]);
  });

  it("is not asked when the calls say everything", () => {
    const whole = [
      chat({ id: 2, parent: 1, at: 1, more: asked }, [user], { calls: [{ id: "1", name: "find", arguments: berlin }] }),
      chat({ id: 4, parent: 1, at: 9 }, [user], said),
    ];
    expect(stepsOf(graph({ id: 1, at: 0, until: 20 }, state), ...whole)).toEqual([
      ["", ["1", "find", berlin, undefined, undefined], "there"],
    ]);
  });

  it("counts only where it ends in the turn's own user text", () => {
    const other = [{ role: "user", content: "something else" }, ...state.slice(1)];
    expect(stepsOf(graph({ id: 1, at: 0, until: 20 }, other), ...calls)).toEqual([["first", "", "there"]]);
  });

  it("stands for the turns of which nothing else was kept", () => {
    const before = [question, asks("1", berlin), gives("1", "in Berlin"), says("there")];
    const next = { role: "user", content: "and now?" };
    const spans = [
      graph({ trace: 1, id: 1, at: 0 }, [question]),
      graph({ trace: 2, id: 2, at: 50 }, [...before, next]),
    ].map((span) => withInput(span));
    const { turns } = buildSession({ spans, logRecords: [] }, { conversationId: "c" }).session;
    expect(turns.map(({ userContent, assistantContent, aborted }) => [userContent, assistantContent, aborted])).toEqual(
      [
        ["where?", "there", false],
        ["and now?", undefined, false],
      ],
    );
    expect(turns[0]?.steps).toMatchObject([{ type: "tool_call", id: "1", arguments: berlin, result: "in Berlin" }]);
  });
});

function withInput(span: Span): Span {
  const state = span.attributes.get("traceloop.entity.output") ?? "";
  return {
    ...span,
    attributes: new Map([...span.attributes, ["traceloop.entity.input", state], ["session.id", "c"]]),
  };
}
