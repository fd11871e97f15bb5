/** One request that several traces tell of. */
import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { explainSession } from "../../src/session/explain/explain-session.ts";
import { builtOneByOne } from "../support/built-one-by-one.ts";
import { agent, chat, tool } from "../support/conversation-spans.ts";
import type { Said, SpanPlace } from "../support/conversation-spans.ts";
import { permutationsOf } from "../support/permutations.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

const session = { "session.id": "s" };
const used = { "gen_ai.usage.input_tokens": 7n, "gen_ai.usage.output_tokens": 3n };
const by = (name: string, span: Span, service = "kestrel"): Span => ({
  ...span,
  scope: { ...span.scope, name },
  resource: { ...span.resource, attributes: new Map([["service.name", service]]) },
});

const response = (id: string) => ({ "gen_ai.response.id": id });
const a: Said = { user: "a" };
const said = (assistant: string): Said => ({ assistant });

const sdk = (
  place: Partial<SpanPlace>,
  input: readonly Said[] | undefined = [a],
  output: Said | undefined = said("A"),
) =>
  by(
    "sdk",
    chat(
      { trace: 1, id: 2, parent: 1, at: 10, until: 50, ...place, more: { ...session, ...used, ...place.more } },
      input,
      output,
    ),
  );
const gateway = (
  place: Partial<SpanPlace>,
  input: readonly Said[] | undefined = [a],
  output: Said | undefined = said("A"),
) =>
  by(
    "gateway",
    chat({ trace: 2, id: 9, at: 11, until: 49, ...place, more: { ...session, ...used, ...place.more } }, input, output),
    "proxy",
  );

const shown = (...spans: readonly Span[]) =>
  buildSessions({ spans, logRecords: [] }).map(({ turns, usage }) => [
    ...turns.map(({ userContent, assistantContent, steps }) => [userContent, assistantContent, steps.length]),
    usage.inputTokens,
  ]);

describe("a request that two traces of a session tell of", () => {
  const named = { more: response("chatcmpl-1") };

  it.each<[string, Span, Span]>([
    ["the same question and answer within the other's time", sdk({}), gateway({})],
    ["a response's id, by a clock that is late", sdk(named), gateway({ ...named, at: 400, until: 440 })],
    ["a response's id, where one has no content", sdk(named), gateway(named, undefined, undefined)],
    ["a response's id, where one was cut", sdk(named, [a], said("A long answer")), gateway(named, [a], said("A long"))],
    ["a response's id, by one library twice at once", sdk(named), by("sdk", gateway({ ...named, until: 60 }))],
    ["the same tokens, where one has no content", sdk({}), gateway({}, undefined, undefined)],
    [
      "the same failure",
      sdk({ error: "429" }, [a], { assistant: "" }),
      gateway({ error: "429" }, [a], { assistant: "" }),
    ],
  ])("is one call: %s", (_how, one, other) => {
    const root = by("agent", agent({ trace: 1, id: 1, at: 0, until: 90, more: session }, "a"));
    const alone = shown(root, one);
    for (const spans of permutationsOf([root, one, other])) {
      expect(shown(...spans)).toEqual(alone);
      expect(builtOneByOne(spans, "s")?.turns).toEqual(builtOneByOne([root, one, other], "s")?.turns);
    }
  });

  it.each<[string, Span, Span]>([
    ["another answer", sdk({}), gateway({}, [a], said("B"))],
    ["another question", sdk({}), gateway({}, [{ user: "b" }])],
    ["another response", sdk({ more: response("r-1") }), gateway({ more: response("r-2") })],
    ["the same response's id with another answer", sdk(named), gateway(named, [a], said("B"))],
    ["later", sdk({}), gateway({ at: 60, until: 70 })],
    ["the same library", sdk({}), by("sdk", gateway({}))],
    ["the same library, which gives its ids again", sdk(named), by("sdk", gateway({ ...named, at: 60, until: 70 }))],
    [
      "nothing that could be compared",
      sdk({}),
      by("gateway", chat({ trace: 2, id: 9, at: 11, until: 49, more: session }, undefined)),
    ],
  ])("is two calls: %s", (_why, one, other) => {
    const calls = shown(one, other).flatMap(([...turns]) =>
      turns.flatMap((turn) => (Array.isArray(turn) ? [turn[2]] : [])),
    );
    expect(calls.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(2);
  });

  it("pairs equal requests as they came", () => {
    const twice = [
      sdk({}),
      gateway({}),
      sdk({ trace: 3, at: 110, until: 150 }),
      gateway({ trace: 4, at: 111, until: 149 }),
    ];
    expect(shown(...twice)).toEqual([[["a", "A", 1], ["a", "A", 1], 14]]);
  });

  it("takes content, tokens and tools from whoever has them", () => {
    const root = by("agent", agent({ trace: 1, id: 1, at: 0, until: 90, more: session }));
    const silent = by(
      "sdk",
      chat({ trace: 1, id: 2, parent: 1, at: 10, until: 50, more: { ...session, ...named.more } }, undefined),
    );
    const used = by(
      "sdk",
      tool({ trace: 1, id: 3, parent: 1, at: 60, until: 70, more: session }, { name: "x", result: "X" }),
    );
    const [built] = buildSessions({ spans: [root, silent, used, gateway(named)], logRecords: [] });
    expect(built?.turns).toMatchObject([
      {
        userContent: "a",
        assistantContent: "A",
        traceIds: [gateway({}).traceId, root.traceId],
        steps: [{ usage: { inputTokens: 7 } }, { name: "x", result: "X" }],
      },
    ]);
  });

  it("is the sub-agent's call where one of them lies below a tool", () => {
    const turn = [
      sdk({ id: 2, at: 1, until: 5 }, [a], { calls: [{ id: "1", name: "ask" }] }),
      by(
        "sdk",
        tool({ trace: 1, id: 4, parent: 1, at: 8, until: 60, more: session }, { id: "1", name: "ask", result: "x" }),
      ),
      sdk({ id: 5, parent: 4 }, [{ user: "inner" }], said("x")),
      sdk({ id: 6, at: 70, until: 80 }, [
        a,
        { calls: [{ id: "1", name: "ask" }] },
        { results: [{ id: "1", response: "x" }] },
      ]),
    ];
    const passed = gateway({}, [{ user: "inner" }], said("x"));
    expect(shown(...turn, passed)).toEqual(shown(...turn));
  });

  it("is told of in the explanation as the same call again", () => {
    const spans = [sdk({}), gateway({})];
    const { spans: explained } = explainSession({ spans, logRecords: [] }, { conversationId: "s", values: false });
    expect(explained.map(({ use }) => use)).toEqual(["model_call", "same_call_again"]);
  });

  it.each([1, 2, 3])("is one call in a long conversation that grows by any span (seed %i)", (seed) => {
    const turns = Array.from({ length: 12 }, (_, turn) => turn);
    const history = (turn: number): readonly Said[] => [
      ...turns.slice(0, turn).flatMap((at): readonly Said[] => [{ user: `q${at % 4}` }, said(`r${at % 4}`)]),
      { user: `q${turn % 4}` },
    ];
    const spans = turns.flatMap((turn) => {
      const [at, answer] = [turn * 100, said(`r${turn % 4}`)];
      return [
        sdk({ trace: 10 + turn, at: at + 10, until: at + 50 }, history(turn), answer),
        gateway({ trace: 50 + turn, at: at + 11, until: at + 49 }, history(turn), answer),
      ];
    });
    const alone = builtOneByOne(
      spans.filter(({ scope }) => scope.name === "sdk"),
      "s",
    );
    const built = builtOneByOne(shuffled(spans, seededRandom(seed)), "s");
    expect(built?.turns.map(({ digest }) => digest)).toEqual(alone?.turns.map(({ digest }) => digest));
    expect(built?.usage).toEqual(alone?.usage);
    expect(built).toEqual(builtOneByOne(spans, "s"));
  });
});

describe("a run that two traces tell of, and of which no model call was recorded", () => {
  const run = (name: string, trace: number, at: number, more: Partial<SpanPlace> = {}) =>
    by(name, agent({ trace, id: 1, at, until: 100 - at, more: session, error: "503", ...more }, "a"));

  it("is one turn, in any order, built on with each span", () => {
    const spans = [run("one", 1, 0), run("two", 2, 5), sdk({ trace: 3, at: 200, until: 210 }, [{ user: "b" }])];
    for (const order of permutationsOf(spans)) {
      expect(builtOneByOne(order, "s")?.turns.map(({ userContent }) => userContent)).toEqual(["a", "b"]);
    }
  });

  it("is two turns for one library, or at another time", () => {
    expect(builtOneByOne([run("one", 1, 0), run("one", 2, 5)], "s")?.turns).toHaveLength(2);
    expect(builtOneByOne([run("one", 1, 0), run("two", 2, 5, { at: 150, until: 160 })], "s")?.turns).toHaveLength(2);
  });
});
