/** One use of a tool that several spans tell of, and several uses to which a provider gave one id. */
import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import type { Called, Said, SpanPlace } from "../support/conversation-spans.ts";
import { permutationsOf } from "../support/permutations.ts";
import { builtOneByOne } from "../support/built-one-by-one.ts";

const by = (name: string, span: Span): Span => ({ ...span, scope: { ...span.scope, name } });
const session = { "session.id": "s" };

const call = { id: "c1", name: "get_order", arguments: { order: "A-1" } };
const user: Said = { user: "where?" };
const asked: Said = { calls: [call] };
const answered: Said = { results: [{ id: "c1", response: "shipped" }] };

/** A turn that asks for the call and hears its answer. */
const turn = [
  chat({ id: 1, parent: 90, at: 1, until: 9, more: session }, [user], asked),
  chat({ id: 2, parent: 90, at: 50, until: 59, more: session }, [user, asked, answered], { assistant: "on its way" }),
];
const framework = tool({ id: 3, parent: 90, at: 10, until: 40, more: session }, { ...call, result: "shipped" });

function toolsOf(...spans: readonly Span[]) {
  const { turns } = buildSession({ spans, logRecords: [] }, { conversationId: "s" }).session;
  return turns.map(({ steps }) => steps.filter((step) => step.type === "tool_call"));
}

const again = (place: Partial<SpanPlace>, what: Partial<typeof call> & { result?: unknown } = {}) =>
  by("mcp", tool({ id: 4, parent: 90, at: 12, until: 38, more: session, ...place }, { ...call, ...what }));

describe("a second span with the id of a tool call", () => {
  it.each<[string, Span]>([
    ["below the first", again({ parent: 3 })],
    ["below the first, under the name that the server gave it", again({ parent: 3 }, { name: "kestrel.get_order" })],
    ["beside the first, within its time", again({})],
    ["beside the first, and longer", again({ at: 9, until: 45 })],
    ["beside the first, by a clock that is late", again({ at: 44, until: 48 })],
    [
      "beside the first, with defaults filled in",
      again({ at: 9, until: 45 }, { arguments: { order: "A-1", full: false } as never }),
    ],
    ["beside the first, under another name", again({ at: 9, until: 45 }, { name: "mcp__kestrel__get_order" })],
    ["beside the first, written by the same library at the same time", by("", again({ at: 20, until: 45 }))],
    ["in another trace", again({ trace: 2, parent: 91 })],
    ["in another trace, by a clock that is ahead", again({ trace: 2, parent: 91, at: 70, until: 80 })],
  ])("is the same call: %s", (_where, span) => {
    for (const spans of permutationsOf([framework, span])) {
      const [[step] = []] = toolsOf(...turn, ...spans);
      expect(toolsOf(...turn, ...spans)).toMatchObject([[{ ...call, result: "shipped" }]]);
      expect(step).not.toHaveProperty("subAgent");
      // Where no message tells of the call.
      expect(toolsOf(chat({ id: 1, at: 1, more: session }, [user], { assistant: "x" }), ...spans)[0]).toHaveLength(1);
    }
  });

  it.each<[string, Span]>([
    ["other arguments", again({ at: 9, until: 45 }, { arguments: { order: "B-2" } })],
    [
      "another tool, and no arguments",
      again({ at: 9, until: 45 }, { name: "list_orders", arguments: undefined as never }),
    ],
    ["the same library, later", { ...again({ at: 41, until: 45 }), scope: framework.scope }],
  ])("is a call of its own: %s", (_why, span) => {
    for (const spans of permutationsOf([framework, span])) expect(toolsOf(...turn, ...spans)[0]).toHaveLength(2);
  });

  it("says what the first does not: result, error, arguments, and what its agent did", () => {
    const silent = tool({ id: 3, parent: 90, at: 10, until: 40, more: session }, { id: "c1", name: "get_order" });
    expect(toolsOf(...turn, silent, again({ at: 9, until: 45 }, { result: { status: "shipped" } }))).toMatchObject([
      [{ arguments: { order: "A-1" }, result: { status: "shipped" } }],
    ]);
    expect(toolsOf(...turn, silent, again({ at: 9, until: 45, error: "gone" }))[0]?.[0]).toMatchObject({
      error: "gone",
    });
    const inner = chat({ id: 5, parent: 4, trace: 2, at: 14, more: session }, [{ user: "look" }], {
      assistant: "found",
    });
    expect(toolsOf(...turn, silent, again({ trace: 2, parent: 91 }), inner)).toMatchObject([
      [{ subAgent: { steps: [{ type: "model_call", content: "found" }] } }],
    ]);
  });
});

describe("an id that a provider gives twice", () => {
  const ask = (order: string): Called => ({ ...call, arguments: { order } });
  const use = (id: number, at: number, order: string) =>
    tool({ id, parent: 90, at, until: at + 5, more: session }, { ...ask(order), result: `${order}!` });
  const results = (...responses: readonly string[]): Said => ({
    results: responses.map((response) => ({ id: "c1", response })),
  });

  it("in one answer: two calls", () => {
    const spans = [
      chat({ id: 1, at: 1, more: session }, [user], { calls: [ask("A"), ask("B")] }),
      chat({ id: 2, at: 50, more: session }, [user, { calls: [ask("A"), ask("B")] }, results("a", "b")], {
        assistant: "x",
      }),
    ];
    expect(toolsOf(...spans)).toMatchObject([
      [
        { ...ask("A"), result: "a" },
        { ...ask("B"), result: "b" },
      ],
    ]);
    expect(toolsOf(...spans, use(3, 10, "B"), use(4, 11, "A"))).toMatchObject([
      [
        { ...ask("A"), result: "A!" },
        { ...ask("B"), result: "B!" },
      ],
    ]);
  });

  it("in two answers of a turn: two calls, each with its own answer", () => {
    const spans = [
      chat({ id: 1, at: 1, more: session }, [user], { calls: [ask("A")] }),
      chat({ id: 2, at: 20, more: session }, [user, { calls: [ask("A")] }, results("a")], { calls: [ask("B")] }),
      chat(
        { id: 3, at: 40, more: session },
        [user, { calls: [ask("A")] }, results("a"), { calls: [ask("B")] }, results("b")],
        { assistant: "x" },
      ),
    ];
    expect(toolsOf(...spans)).toMatchObject([
      [
        { ...ask("A"), result: "a" },
        { ...ask("B"), result: "b" },
      ],
    ]);
  });

  it("for the same question twice: two calls, as the history tells", () => {
    const spans = [
      chat({ id: 1, at: 1, more: session }, [user], { calls: [ask("A")] }),
      chat({ id: 2, at: 20, more: session }, [user, { calls: [ask("A")] }, results("no")], { calls: [ask("A")] }),
      chat(
        { id: 3, at: 40, more: session },
        [user, { calls: [ask("A")] }, results("no"), { calls: [ask("A")] }, results("yes")],
        { assistant: "x" },
      ),
    ];
    expect(toolsOf(...spans)).toMatchObject([[{ result: "no" }, { result: "yes" }]]);
  });

  it("in two turns of one trace: each its own", () => {
    const later: Said = { user: "and B?" };
    const spans = [
      chat({ id: 1, at: 1, more: session }, [user], { calls: [ask("A")] }),
      use(2, 5, "A"),
      chat({ id: 3, at: 20, more: session }, [user, { calls: [ask("A")] }, results("A!")], { assistant: "x" }),
      chat({ id: 4, at: 30, more: session }, [user, { assistant: "x" }, later], { calls: [ask("B")] }),
      use(5, 35, "B"),
      chat({ id: 6, at: 50, more: session }, [user, { assistant: "x" }, later, { calls: [ask("B")] }, results("B!")], {
        assistant: "y",
      }),
    ];
    expect(toolsOf(...spans)).toMatchObject([[{ result: "A!" }], [{ result: "B!" }]]);
  });
});

describe("a server of tools, whose spans are traces of their own", () => {
  const turnAt = (trace: number, at: number, history: readonly Said[], id: string) => [
    chat({ id: 1, trace, at, until: at + 9, more: session }, history, { calls: [{ ...call, id }] }),
    chat(
      { id: 2, trace, at: at + 50, until: at + 59, more: session },
      [...history, { calls: [{ ...call, id }] }, { results: [{ id, response: id }] }],
      { assistant: `said ${id}` },
    ),
  ];
  const turns = [
    ...turnAt(1, 0, [user], "c1"),
    ...turnAt(2, 100, [user, { assistant: "said c1" }, { user: "and now?" }], "c2"),
    ...turnAt(3, 200, [user, { assistant: "said c1" }, { user: "and now?" }, { assistant: "said c2" }, user], "c3"),
  ];
  const served = (id: string, at: number, trace: number) =>
    by("server", tool({ id: 7, trace, at, until: at + 5, more: session }, { ...call, id, result: `${id}!` }));

  it.each([
    ["by the same clock", 0],
    ["by a clock that is ahead of ours", 130],
    ["by a clock that is behind ours", -130],
  ])("belong to the turn that asked for the id, %s", (_clock, late) => {
    const spans = [...turns, served("c1", 20 + late, 11), served("c2", 120 + late, 12), served("c3", 220 + late, 13)];
    expect(toolsOf(...spans)).toMatchObject([[{ result: "c1!" }], [{ result: "c2!" }], [{ result: "c3!" }]]);
    expect(builtOneByOne(spans, "s")).toEqual(buildSession({ spans, logRecords: [] }, { conversationId: "s" }).session);
    expect(builtOneByOne(spans.toReversed(), "s")).toEqual(builtOneByOne(spans, "s"));
  });
});
