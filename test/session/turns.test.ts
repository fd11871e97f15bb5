import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { agent, chat, other, spanAt, tool } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";

const build = (...spans: readonly Span[]): BuiltSession => buildSession({ spans, logRecords: [] }, {}).session;

/** User text, reply and the names of the tools of each turn. */
const outline = ({ turns }: BuiltSession) =>
  turns.map(({ userContent, assistantContent, steps }) => [
    userContent,
    assistantContent ?? null,
    steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : [])).join(),
  ]);

const user = (text: string): Said => ({ user: text });
const said = (text: string): Said => ({ assistant: text });
const asks = (id: string, name = "get_order"): Said => ({ calls: [{ id, name, arguments: { n: id } }] });
const got = (id: string, response: unknown = "fine"): Said => ({ results: [{ id, response }] });

describe("a turn starts", () => {
  it("when the user speaks last, and goes on while tools answer", () => {
    const session = build(
      chat({ id: 1, at: 0 }, [user("a")], asks("1")),
      chat({ id: 2, at: 1 }, [user("a"), asks("1"), got("1")], said("A")),
      chat({ id: 3, at: 2 }, [user("a"), asks("1"), got("1"), said("A"), user("b")], said("B")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", "get_order"],
      ["b", "B", ""],
    ]);
  });

  it("once for two user messages in a row", () => {
    expect(outline(build(chat({ id: 1, at: 0 }, [user("hello?"), user("anybody?")], said("yes"))))).toEqual([
      ["hello?\nanybody?", "yes", ""],
    ]);
  });

  it("not again for the next attempt at a call that failed", () => {
    const session = build(
      chat({ id: 2, parent: 1, at: 0, error: "500" }, [user("a")]),
      chat({ id: 3, parent: 1, at: 1, error: "500" }, [user("a")]),
      chat({ id: 4, parent: 1, at: 2 }, [user("a")], said("A")),
    );
    expect(outline(session)).toEqual([["a", "A", ""]]);
    expect(session.turns[0]).toMatchObject({ steps: [{ type: "model_call", content: "A" }] });
    expect(session.turns[0]?.error).toBeUndefined();
  });

  it("again when the user goes on after a call that failed, beside it", () => {
    const session = build(
      chat({ id: 2, parent: 1, at: 0, error: "500" }, [user("a")]),
      chat({ id: 3, parent: 1, at: 1 }, [user("a"), user("b")], said("B")),
    );
    expect(outline(session)).toEqual([
      ["a", null, ""],
      ["b", "B", ""],
    ]);
  });

  it("as ever when the application begins the answer itself", () => {
    const begin = said("Here you are:");
    const session = build(
      chat({ id: 1, at: 0 }, [user("a"), begin], asks("1")),
      chat({ id: 2, at: 1 }, [user("a"), asks("1"), got("1"), begin], said("A")),
      chat({ id: 3, at: 2 }, [user("a"), asks("1"), got("1"), said("A"), user("b"), begin], said("B")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", "get_order"],
      ["b", "B", ""],
    ]);
  });

  it("where the answer before stands last: the user's message was lost", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      chat({ id: 2, at: 1, trace: 2 }, [user("a"), said("A")], asks("1")),
      chat({ id: 3, at: 2, trace: 3 }, [user("a"), said("A"), user("b"), asks("1"), got("1")], said("B")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", ""],
      ["b", "B", "get_order"],
    ]);
  });

  it("where its first call was lost: the history shows what the user has said since", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      chat({ id: 2, at: 2, trace: 2 }, [user("a"), said("A"), user("b"), asks("1"), got("1")], said("B")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", ""],
      ["b", "B", "get_order"],
    ]);
  });

  it("where a provider that holds the history is given answers to calls that the open turn did not make", () => {
    const delta = { "gen_ai.request.previous_response_id": "resp_1" };
    const session = build(
      chat({ id: 1, at: 0, trace: 1, more: delta }, [user("a")], said("A")),
      chat({ id: 2, at: 2, trace: 2, more: delta }, [got("1")], said("B")),
    );
    expect(session?.turns.map(({ assistantContent }) => assistantContent)).toEqual(["A", "B"]);
  });

  it("without content not where a call follows one that asked for tools, each a trace of its own", () => {
    const off = (id: number, finish: string) =>
      chat({ id, at: id, trace: id, more: { "gen_ai.response.finish_reasons": [finish] } }, undefined);
    const session = build(off(1, "tool_calls"), off(2, "stop"), off(3, "stop"));
    expect(session?.turns.map(({ steps }) => steps.length)).toEqual([2, 1]);
  });

  it("without its user's text where the agent kept only a beginning of what it was given", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      agent(
        { id: 2, at: 1, until: 9, trace: 2 },
        '{"messages":[{"role":"user","content":"a"},{"role":"assistant","cont',
      ),
      spanAt(
        { id: 3, parent: 2, at: 2, trace: 2 },
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"a"}]},{"role":"assist',
        },
      ),
    );
    expect(session?.turns.map(({ userContent }) => userContent)).toEqual(["a", ""]);
  });

  it("again when the text is repeated with the old exchange in the history", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      chat({ id: 2, at: 1, trace: 2 }, [user("a"), said("A"), user("a")], said("A")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", ""],
      ["a", "A", ""],
    ]);
    expect(session.turns[1]?.regeneratesTurn).toBeUndefined();
  });

  it("as a new version when the same history is answered again", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      chat({ id: 2, at: 1, trace: 2 }, [user("a"), said("A"), user("b")], said("B1")),
      chat({ id: 3, at: 2, trace: 3 }, [user("a"), said("A"), user("b")], said("B2")),
      chat({ id: 4, at: 3, trace: 4 }, [user("a"), said("A"), user("b"), said("B2"), user("c")], said("C")),
    );
    expect(outline(session)).toEqual([
      ["a", "A", ""],
      ["b", "B1", ""],
      ["b", "B2", ""],
      ["c", "C", ""],
    ]);
    expect(session.turns.map(({ regeneratesTurn }) => regeneratesTurn)).toEqual([undefined, undefined, 2, undefined]);
    expect(session.turns.some(({ inferred }) => inferred)).toBe(false);
  });

  it("as no new version after a call that failed", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1, error: "500" }, [user("a")]),
      chat({ id: 2, at: 1, trace: 2 }, [user("a")], said("A")),
    );
    expect(session.turns.map(({ error, regeneratesTurn }) => [error, regeneratesTurn])).toEqual([
      ["500", undefined],
      [undefined, undefined],
    ]);
  });

  it("once when an agent first asks a router about the user's text", () => {
    const session = build(
      agent({ id: 1, at: 0, until: 9 }, "a"),
      chat({ id: 2, parent: 1, at: 1 }, [{ system: "route" }, user("a")], said("billing")),
      chat({ id: 3, parent: 1, at: 2 }, [{ system: "answer" }, user("x"), said("X"), user("a")], said("A")),
    );
    expect(outline(session)).toContainEqual(["a", "A", ""]);
    expect(session.turns.filter(({ userContent }) => userContent === "a")).toHaveLength(1);
  });

  it("with each trace when there is no content", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1, more: { "session.id": "s" } }, undefined),
      chat({ id: 2, at: 1, trace: 1, more: { "session.id": "s" } }, undefined),
      chat({ id: 3, at: 2, trace: 2, more: { "session.id": "s" } }, undefined),
    );
    expect(session.turns).toEqual([]);
    const known = buildSession(
      {
        spans: [
          chat({ id: 1, at: 0, trace: 1, more: { "session.id": "s" } }, undefined),
          chat({ id: 2, at: 1, trace: 1 }, undefined),
          chat({ id: 3, at: 2, trace: 2, more: { "session.id": "s" } }, undefined),
        ],
        logRecords: [],
      },
      { conversationId: "s" },
    ).session;
    expect(known.turns.map(({ steps, flags }) => [steps.length, flags])).toEqual([
      [2, ["content_missing"]],
      [1, ["content_missing"]],
    ]);
  });

  it("in the order of time, whatever the order of arrival", () => {
    const spans = [
      chat({ id: 1, at: 0, trace: 1 }, [user("a")], said("A")),
      chat({ id: 2, at: 10, trace: 2 }, [user("a"), said("A"), user("b")], said("B")),
    ];
    expect(build(...spans.toReversed())).toEqual(build(...spans));
  });
});

describe("which calls count", () => {
  it("a call below a call is the same call again", () => {
    const session = build(
      chat({ id: 1, at: 0, until: 5 }, [user("a")], said("A")),
      other({ id: 2, parent: 1, at: 1 }),
      chat({ id: 3, parent: 2, at: 2 }, [user("a")], said("A")),
    );
    expect(session.turns[0]?.steps).toHaveLength(1);
  });

  it("wrappers' tokens are not added to their calls'", () => {
    const usage = { "gen_ai.usage.input_tokens": 10n, "gen_ai.usage.output_tokens": 5n };
    const session = build(
      agent({ id: 1, at: 0, until: 9, more: { "gen_ai.usage.input_tokens": 99n } }, "a", "A"),
      chat({ id: 2, parent: 1, at: 1, more: usage }, [user("a")], asks("1")),
      chat({ id: 3, parent: 1, at: 2, more: usage }, [user("a"), asks("1"), got("1")], said("A")),
    );
    expect(session.usage).toEqual({ inputTokens: 20, outputTokens: 10, cachedInputTokens: 0, reasoningTokens: 0 });
  });

  it("what is below a tool is its sub-agent's, with its own usage", () => {
    const usage = { "gen_ai.usage.input_tokens": 10n, "gen_ai.usage.output_tokens": 5n };
    const session = build(
      chat({ id: 1, at: 0, more: usage }, [user("a")], asks("1", "research")),
      tool({ id: 2, at: 1, until: 8 }, { name: "research", id: "1", result: "found" }),
      agent({ id: 3, parent: 2, at: 2, until: 7 }, "research it"),
      chat({ id: 4, parent: 3, at: 3, more: usage }, [user("research it")], asks("2", "search")),
      tool({ id: 5, parent: 3, at: 4 }, { name: "search", id: "2", result: "hit" }),
      chat(
        { id: 6, parent: 3, at: 5, more: usage },
        [user("research it"), asks("2", "search"), got("2", "hit")],
        said("found"),
      ),
      chat({ id: 7, at: 9, more: usage }, [user("a"), asks("1", "research"), got("1", "found")], said("A")),
    );
    expect(outline(session)).toEqual([["a", "A", "research"]]);
    expect(session.turns[0]?.usage.inputTokens).toBe(20);
    const [research] = session.turns[0]?.steps.filter((step) => step.type === "tool_call") ?? [];
    expect(research?.subAgent?.usage.inputTokens).toBe(20);
    expect(research?.subAgent?.steps.map((step) => (step.type === "tool_call" ? step.name : step.content))).toEqual([
      undefined,
      "search",
      "found",
    ]);
  });
});

describe("what the user saw", () => {
  it("is the last text without calls; text beside calls is a step's", () => {
    const session = build(
      chat({ id: 1, at: 0 }, [user("a")], { assistant: "let me see", calls: [{ id: "1", name: "get_order" }] }),
      chat(
        { id: 2, at: 1 },
        [user("a"), { assistant: "let me see", calls: [{ id: "1", name: "get_order" }] }, got("1")],
        said("A"),
      ),
    );
    expect(session.turns[0]).toMatchObject({
      assistantContent: "A",
      steps: [{ content: "let me see" }, { name: "get_order" }, { content: "A" }],
    });
  });

  it.each<[string, Span]>([
    ["was not recorded", chat({ id: 2, parent: 1, at: 1 }, [user("a")])],
    [
      "may have been cut, as attributes were dropped",
      chat({ id: 2, parent: 1, at: 1, dropped: 2 }, [user("a")], said("A long an")),
    ],
  ])("is the wrapper's when the call's %s", (_why, call) => {
    expect(outline(build(agent({ id: 1, at: 0, until: 9 }, "a", "A long answer"), call))).toEqual([
      ["a", "A long answer", ""],
    ]);
  });

  it("is not the wrapper's that serves several turns", () => {
    const session = build(
      agent({ id: 1, at: 0, until: 99 }, "hello", "bye"),
      chat({ id: 2, parent: 1, at: 1, error: "500" }, [user("a")]),
      chat({ id: 3, parent: 1, at: 2 }, [user("a"), user("b")], said("B")),
      chat({ id: 4, parent: 1, at: 3 }, [user("a"), user("b"), said("B"), user("c")], said("C")),
    );
    expect(session.turns.at(-1)).toMatchObject({ userContent: "c", assistantContent: "C" });
    expect(session.turns.some(({ assistantContent }) => assistantContent === "bye")).toBe(false);
  });

  it("is the user's question from the wrapper when the prompt was cut", () => {
    const cut = chat({ id: 2, parent: 1, at: 1 }, [user("a"), said("A"), user("b")], said("B"));
    const text = cut.attributes.get("gen_ai.input.messages") as string;
    const span = { ...cut, attributes: new Map([...cut.attributes, ["gen_ai.input.messages", text.slice(0, 90)]]) };
    const session = build(agent({ id: 1, at: 0, until: 9 }, "b"), span);
    expect(session.turns).toMatchObject([{ userContent: "b", assistantContent: "B", flags: ["truncated"] }]);
  });
});

describe("a turn that left no model call", () => {
  it("is known from its agent, with its error", () => {
    const session = build(agent({ id: 1, at: 0, error: "500 server error" }, "a"));
    expect(session.turns).toMatchObject([{ userContent: "a", error: "500 server error", steps: [] }]);
  });

  it("is none when its agent says nothing", () => {
    expect(build(agent({ id: 1, at: 0 })).turns).toEqual([]);
    expect(build(other({ id: 1, at: 0 })).turns).toEqual([]);
  });
});

describe("errors", () => {
  it("a failed tool does not make the turn fail", () => {
    const session = build(
      chat({ id: 1, at: 0 }, [user("a")], asks("1")),
      tool({ id: 2, at: 1, error: "PaymentGatewayError: PG-504" }, { name: "get_order", id: "1" }),
      chat({ id: 3, at: 2 }, [user("a"), asks("1"), got("1", "Error: PG-504")], said("sorry")),
    );
    expect(session.turns[0]?.error).toBeUndefined();
    expect(session.turns[0]?.steps[1]).toMatchObject({ error: "PaymentGatewayError: PG-504" });
    expect(session.turns[0]?.steps[1]).not.toHaveProperty("result");
  });

  it("a call that failed at the end makes the turn fail", () => {
    const session = build(
      chat({ id: 1, at: 0 }, [user("a")], asks("1")),
      chat({ id: 2, at: 1, error: "overloaded" }, [user("a"), asks("1"), got("1")]),
    );
    expect(session.turns[0]).toMatchObject({
      error: "overloaded",
      steps: [{}, { name: "get_order" }, { error: "overloaded" }],
    });
  });

  it("an error copied to a call that finished is none", () => {
    const finished = { "gen_ai.response.finish_reasons": ["stop"] };
    const session = build(chat({ id: 1, at: 0, error: "copied", more: finished }, [user("a")], said("A")));
    expect(session.turns[0]?.error).toBeUndefined();
    expect(session.turns[0]?.steps[0]).not.toHaveProperty("error");
  });

  it("an abort is no error", () => {
    const session = build(chat({ id: 1, at: 0, error: "Request was aborted." }, [user("a")]));
    expect(session.turns[0]).toMatchObject({ aborted: true });
    expect(session.turns[0]?.error).toBeUndefined();
  });

  it("a call that a time limit ended has failed, though its library says aborted", () => {
    const error = "The operation was aborted due to timeout";
    const session = build(chat({ id: 1, at: 0, error }, [user("a")]));
    expect(session.turns[0]).toMatchObject({ aborted: false, error });
  });

  it("a call that is marked as aborted needs no error, and what the user saw of it is the reply", () => {
    const marked = { "turnwise.aborted": true };
    const seen = build(chat({ id: 1, at: 0, more: marked }, [user("a")], said("Once up")));
    expect(seen.turns[0]).toMatchObject({ aborted: true, assistantContent: "Once up", flags: [] });
    const unseen = build(chat({ id: 1, at: 0, more: marked }, [user("a")]));
    expect(unseen.turns[0]).toMatchObject({ aborted: true });
    expect(unseen.turns[0]?.assistantContent).toBeUndefined();
  });

  it("a turn without a reply leaves its text in front of the next one", () => {
    const session = build(
      chat({ id: 1, at: 0, trace: 1, error: "500" }, [user("a")]),
      chat({ id: 2, at: 1, trace: 2, error: "500" }, [user("a"), user("b")]),
      chat({ id: 3, at: 2, trace: 3 }, [user("a"), user("b"), user("c")], said("C")),
    );
    expect(outline(session)).toEqual([
      ["a", null, ""],
      ["b", null, ""],
      ["c", "C", ""],
    ]);
  });
});

describe("what a session says of itself", () => {
  it("models, dialects, user, agent, system prompt, tools, times", () => {
    const definitions = (description: string) => ({
      "gen_ai.tool.definitions": JSON.stringify([{ name: "get_order", description }]),
    });
    const session = build(
      other({ id: 9, at: 0, until: 50, more: { "enduser.id": "user-7" } }),
      agent({ id: 1, parent: 9, at: 1, until: 40, more: { "agent.name": "support" } }, "a", "A"),
      chat({ id: 2, parent: 1, at: 2, more: definitions("old") }, [{ system: "be kind" }, user("a")], asks("1")),
      chat(
        { id: 3, parent: 1, at: 3, until: 30, more: definitions("new") },
        [{ system: "be kind" }, user("a"), asks("1"), got("1")],
        said("A"),
      ),
    );
    expect(session).toMatchObject({
      source: "otlp",
      userId: "user-7",
      agentName: "support",
      models: ["gpt-4o-mini"],
      dialects: ["openinference", "gen_ai"],
      systemPrompt: "be kind",
      tools: [{ name: "get_order", description: "new" }],
    });
    expect(session.startedAt).toEqual(new Date(1_800_000_000_002));
    expect(session.endedAt).toEqual(new Date(1_800_000_000_040));
  });

  it("positions: system prompt, user text, each model message, each tool's answer", () => {
    const session = build(
      chat({ id: 1, at: 0 }, [{ system: "s" }, user("a")], {
        calls: [
          { id: "1", name: "x" },
          { id: "2", name: "y" },
        ],
      }),
      chat(
        { id: 2, at: 1 },
        [
          { system: "s" },
          user("a"),
          {
            calls: [
              { id: "1", name: "x" },
              { id: "2", name: "y" },
            ],
          },
          got("1"),
          got("2"),
        ],
        said("A"),
      ),
      chat(
        { id: 3, at: 2 },
        [
          { system: "s" },
          user("a"),
          {
            calls: [
              { id: "1", name: "x" },
              { id: "2", name: "y" },
            ],
          },
          got("1"),
          got("2"),
          said("A"),
          user("b"),
        ],
        said("B"),
      ),
    );
    expect(session.turns.map(({ messageIndex, replyMessageIndex }) => [messageIndex, replyMessageIndex])).toEqual([
      [1, 5],
      [6, 7],
    ]);
    expect(
      session.turns[0]?.steps.map((step) => [
        step.messageIndex,
        step.type === "tool_call" ? step.resultMessageIndex : undefined,
      ]),
    ).toEqual([
      [2, undefined],
      [2, 3],
      [2, 4],
      [5, undefined],
    ]);
  });
});
