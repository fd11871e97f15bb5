/** Requests that name the response that they go on from, as OpenAI's Responses API has it: no history, and often no other id. */
import { describe, expect, it } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { explainSession } from "../../src/session/explain/explain-session.ts";
import { shouldJoin } from "../../src/session/join.ts";
import { readFacts } from "../../src/session/read-facts.ts";
import { chat, spanAt, tool } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";
import { permutationsOf } from "../support/permutations.ts";

type More = Readonly<Record<string, AttributeValue>>;

const request = (trace: number, said: Said, id: string, previous?: string, more: More = {}) =>
  chat(
    {
      trace,
      id: trace,
      at: trace * 10,
      more: {
        "gen_ai.response.id": id,
        ...(previous === undefined ? {} : { "gen_ai.request.previous_response_id": previous }),
        ...more,
      },
    },
    [said],
    { assistant: id },
  );
const ask = (trace: number, text: string, id: string, previous?: string, more?: More) =>
  request(trace, { user: text }, id, previous, more);

const texts = (spans: readonly Span[]) =>
  buildSessions({ spans, logRecords: [] }).map(({ turns }) => turns.map(({ userContent }) => userContent));
const unitsOf = (...spans: readonly Span[]) => readFacts({ spans, logRecords: [] }).units;
const linksOf = (span: Span) => buildSession({ spans: [span], logRecords: [] }, {}).links;
const ofService = (service: string, span: Span): Span => ({
  ...span,
  resource: { ...span.resource, attributes: new Map([["service.name", service]]) },
});

describe("traces of which each goes on from the response before", () => {
  const chain = [ask(1, "a", "resp_1"), ask(2, "b", "resp_2", "resp_1"), ask(3, "c", "resp_3", "resp_2")] as const;
  const [first, second, third] = chain;

  it("are one session, in any order", () => {
    for (const spans of permutationsOf(chain)) expect(texts(spans)).toEqual([["a", "b", "c"]]);
  });

  it("are as many turns as the user spoke: what answers a tool goes on with the open one", () => {
    const spans = [
      chat({ trace: 1, id: 1, at: 1, more: { "gen_ai.response.id": "resp_1" } }, [{ user: "a" }], {
        calls: [{ id: "c", name: "find" }],
      }),
      tool({ trace: 1, id: 9, at: 3 }, { id: "c", name: "find", result: "found" }),
      request(2, { results: [{ id: "c", response: "found" }] }, "resp_2", "resp_1"),
    ];
    const [session] = buildSessions({ spans: spans.toReversed(), logRecords: [] });
    expect(session?.turns).toMatchObject([
      { userContent: "a", assistantContent: "resp_2", steps: [{}, { result: "found" }, {}] },
    ]);
  });

  it("find each other in a store, whoever is built first, and whichever is there", () => {
    for (const [one, other] of [
      [first, second],
      [second, third],
    ] as const) {
      expect(linksOf(one).filter((link) => linksOf(other).includes(link))).toHaveLength(1);
      expect(shouldJoin(unitsOf(one), [{ id: "x", units: unitsOf(other) }])).toBe("x");
      expect(shouldJoin(unitsOf(other), [{ id: "x", units: unitsOf(one) }])).toBe("x");
    }
    const around = [first, third].map((span, at) => ({ id: String(at), units: unitsOf(span) }));
    expect(shouldJoin(unitsOf(second), around)).toBe("0");
    expect(shouldJoin(unitsOf(third), [{ id: "x", units: unitsOf(first) }])).toBeUndefined();
  });

  it("join the one that has an id", () => {
    const named = ask(2, "b", "resp_2", "resp_1", { "session.id": "s" });
    for (const spans of permutationsOf([first, named, third])) expect(texts(spans)).toEqual([["a", "b", "c"]]);
    expect(shouldJoin(unitsOf(third), [{ id: "x", conversationId: "s", units: unitsOf(named) }])).toBe("x");
  });

  it("do not join another id's, another user's or another service's", () => {
    const other = ask(2, "b", "resp_2", "resp_1", { "session.id": "t" });
    expect(texts([ask(1, "a", "resp_1", undefined, { "session.id": "s" }), other])).toHaveLength(2);
    const users = ["u", "v"].map((user, at) =>
      ask(at + 1, "a", `resp_${at + 1}`, at === 0 ? undefined : "resp_1", { "user.id": user }),
    );
    expect(texts(users)).toHaveLength(2);
    expect(texts([ofService("one", first), ofService("two", second)])).toHaveLength(2);
    const links = linksOf(ofService("one", first));
    expect(linksOf(ofService("two", second)).filter((link) => links.includes(link))).toEqual([]);
  });

  it("of two customers who say the same stay apart", () => {
    const others = [ask(4, "a", "resp_4"), ask(5, "b", "resp_5", "resp_4"), ask(6, "c", "resp_6", "resp_5")];
    expect(texts([...chain, ...others].toSorted((a, b) => (a.attributes.size > b.attributes.size ? 1 : -1)))).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  it("may branch: both go on from the one response", () => {
    expect(texts([first, second, ask(4, "another", "resp_4", "resp_1")])).toEqual([["a", "b", "another"]]);
  });

  it("start anew when the response before is not known", () => {
    expect(texts([first, ask(2, "b", "resp_2", "resp_0")])).toEqual([["a"], ["b"]]);
  });

  it("are told of so in the explanation", () => {
    const { traces } = explainSession({ spans: chain, logRecords: [] }, { values: false });
    expect(traces.map(({ because }) => because)).toEqual(["first", "same_response", "same_response"]);
  });
});

describe("the response before is read", () => {
  const follow = (more: More) => ask(2, "b", "resp_2", undefined, more);
  const openInference = (trace: number, id: string, parameters: object) =>
    spanAt(
      { trace, id: trace, at: trace * 10 },
      {
        "openinference.span.kind": "LLM",
        "llm.invocation_parameters": JSON.stringify(parameters),
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": `q${trace}`,
        "output.value": JSON.stringify({ id, object: "response", output: [] }),
      },
    );

  it.each<[string, readonly Span[]]>([
    ["as libraries wrote it", [ask(1, "a", "resp_1"), follow({ "gen_ai.request.previous_response_id": "resp_1" })]],
    [
      "as the conventions have it",
      [ask(1, "a", "resp_1"), follow({ "gen_ai.request.previous_response.id": "resp_1" })],
    ],
    [
      "from a request's parameters, as OpenInference keeps them",
      [openInference(1, "resp_1", {}), openInference(2, "resp_2", { previous_response_id: "resp_1" })],
    ],
  ])("%s", (_how, spans) => {
    expect(texts(spans)).toHaveLength(1);
  });
});

describe("OpenAI Agents' group", () => {
  const run = (trace: number, group: string, user: string) => [
    {
      ...spanAt(
        { trace, id: trace * 10, at: trace * 100, until: trace * 100 + 50 },
        { "logfire.msg_template": "OpenAI Agents trace: {name}", name: "workflow", group_id: group },
      ),
      scope: { ...ask(1, "", "").scope, name: "logfire.openai_agents" },
    },
    chat({ trace, id: trace * 10 + 1, parent: trace * 10, at: trace * 100 + 1 }, [{ user }], {
      assistant: user.toUpperCase(),
    }),
  ];

  it("holds traces together, as Logfire writes it", () => {
    expect(texts([...run(1, "g", "a"), ...run(2, "g", "b"), ...run(3, "h", "c")])).toEqual([["a", "b"], ["c"]]);
  });

  it("is none where it is null", () => {
    expect(texts([...run(1, "null", "a"), ...run(2, "null", "b")])).toEqual([["a"], ["b"]]);
  });
});
