import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { shouldJoin } from "../../src/session/join.ts";
import { readFacts } from "../../src/session/read-facts.ts";
import { agent, chat, other, tool } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";

const user = (text: string): Said => ({ user: text });
const said = (text: string): Said => ({ assistant: text });

/** The user texts of each session. */
const outline = (spans: readonly Span[]) =>
  buildSessions({ spans, logRecords: [] }).map(({ conversationId, turns }) => [
    conversationId ?? null,
    ...turns.map(({ userContent }) => userContent),
  ]);

describe("an operation's conversation", () => {
  const id = { "session.id": "s" };

  it.each<[string, readonly Span[]]>([
    ["is its own", [chat({ id: 1, at: 0, more: id }, [user("a")], said("A"))]],
    [
      "is that above it",
      [
        other({ id: 1, at: 0, until: 9, more: id }),
        agent({ id: 2, parent: 1, at: 1 }),
        chat({ id: 3, parent: 2, at: 2 }, [user("a")], said("A")),
      ],
    ],
    [
      "is that of its trace",
      [chat({ id: 1, at: 0 }, [user("a")], said("A")), tool({ id: 2, at: 1, more: id }, { name: "x" })],
    ],
  ])("%s", (_whose, spans) => {
    expect(outline(spans)).toEqual([["s", "a"]]);
  });

  it("is its own and not its trace's", () => {
    const spans = [
      other({ id: 1, at: 0, until: 9 }),
      chat({ id: 2, parent: 1, at: 1, more: { "session.id": "s" } }, [user("a")], said("A")),
      chat({ id: 3, parent: 1, at: 2, more: { "session.id": "t" } }, [user("b")], said("B")),
    ];
    expect(outline(spans)).toEqual([
      ["s", "a"],
      ["t", "b"],
    ]);
  });

  it("may be named within JSON", () => {
    const named = (trace: number, text: string, session: string) =>
      chat(
        { id: trace, trace, at: trace, more: { metadata: JSON.stringify({ session_id: session }) } },
        [user(text)],
        said(text.toUpperCase()),
      );
    expect(outline([named(1, "a", "s"), named(2, "b", "t"), named(3, "c", "s")])).toEqual([
      ["s", "a", "c"],
      ["t", "b"],
    ]);
  });

  it("decides what is built: with an id its spans and those without, without an id those without", () => {
    const facts = {
      spans: [
        chat({ id: 1, trace: 1, at: 0, more: { "session.id": "s" } }, [user("a")], said("A")),
        chat({ id: 2, trace: 1, at: 1, more: { "session.id": "t" } }, [user("b")], said("B")),
        chat({ id: 3, trace: 2, at: 2 }, [user("c")], said("C")),
      ],
      logRecords: [],
    };
    const texts = (options: { conversationId?: string }) =>
      buildSession(facts, options).session.turns.map(({ userContent }) => userContent);
    expect(texts({ conversationId: "s" })).toEqual(["a", "c"]);
    expect(texts({ conversationId: "t" })).toEqual(["b", "c"]);
    expect(texts({})).toEqual(["c"]);
    expect(buildSession(facts, { conversationId: "s" }).session.conversationId).toBe("s");
  });
});

describe("traces without an id", () => {
  const call = (trace: number, input: readonly Said[], output?: Said, more = {}) =>
    chat({ id: trace, trace, at: trace * 10, more }, input, output);

  it.each<[string, readonly Span[], unknown]>([
    [
      "join the conversation whose history they have",
      [call(1, [user("a")], said("A")), call(2, [user("a"), said("A"), user("b")], said("B"))],
      [[null, "a", "b"]],
    ],
    [
      "start one when they have none",
      [call(1, [user("hi")], said("hello")), call(2, [user("hi")], said("hello"))],
      [
        [null, "hi"],
        [null, "hi"],
      ],
    ],
    [
      "start one when they know nothing of the others",
      [call(1, [user("a")], said("A")), call(2, [user("x"), said("X"), user("a")], said("B"))],
      [
        [null, "a"],
        [null, "x", "a"],
      ],
    ],
    [
      "join by a single user message that was not answered",
      [call(1, [user("a")]), call(2, [user("a"), user("b")], said("B"))],
      [[null, "a", "b"]],
    ],
    [
      "join one whose first call was lost: of what its first known call had, the last user message is its own",
      [
        call(1, [user("a"), { calls: [{ id: "1", name: "x" }] }, { results: [{ id: "1", response: 1 }] }], said("A")),
        call(2, [user("a"), said("A"), user("b")], said("B")),
      ],
      [[null, "a", "b"]],
    ],
    [
      "are not joined by a greeting",
      [call(1, [said("Hello!"), user("a")], said("A")), call(2, [said("Hello!"), user("b")], said("B"))],
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
    [
      "are not joined by examples in the prompt",
      [
        call(1, [user("2+2"), said("4"), user("a")], said("A")),
        call(2, [user("2+2"), said("4"), user("b")], said("B")),
      ],
      [
        [null, "2+2", "a"],
        [null, "2+2", "b"],
      ],
    ],
    [
      "are not joined by a system prompt",
      [call(1, [{ system: "s" }, user("a")], said("A")), call(2, [{ system: "s" }, user("b")], said("B"))],
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
    [
      "of two customers stay apart, equal texts and all",
      [
        call(1, [user("hi")], said("hello")),
        call(2, [user("hi")], said("hello")),
        call(3, [user("hi"), said("hello"), user("mine")], said("M")),
        call(4, [user("hi"), said("hello"), user("yours")], said("Y")),
        call(5, [user("hi"), said("hello"), user("mine"), said("M"), user("thanks")], said("T")),
        call(6, [user("hi"), said("hello"), user("yours"), said("Y"), user("thanks")], said("T")),
      ],
      [
        [null, "hi", "yours", "thanks"],
        [null, "hi", "mine", "thanks"],
      ],
    ],
    [
      "join the one with most equal messages",
      [
        call(1, [user("a")], said("A")),
        call(2, [user("a")], said("A")),
        call(3, [user("a"), said("A"), user("b")], said("B")),
        call(4, [user("a"), said("A"), user("b"), said("B"), user("c")], said("C")),
      ],
      [
        [null, "a"],
        [null, "a", "b", "c"],
      ],
    ],
    [
      "of one user without content are put together, as a guess",
      [
        call(1, [], undefined, { "user.id": "u" }),
        call(2, [], undefined, { "user.id": "u" }),
        call(3, [], undefined, { "user.id": "v" }),
      ],
      [
        [null, "", ""],
        [null, ""],
      ],
    ],
    [
      "without content and user stay apart",
      [call(1, []), call(2, [])],
      [
        [null, ""],
        [null, ""],
      ],
    ],
  ])("%s", (_what, spans, sessions) => {
    expect(outline(spans)).toEqual(sessions);
    expect(outline(spans.toReversed())).toEqual(sessions);
  });

  it("a guess says so, and does not reach over a long pause", () => {
    const at = (trace: number, minutes: number) =>
      chat({ id: trace, trace, at: minutes * 60_000, more: { "user.id": "u" } }, undefined);
    const [session, ...others] = buildSessions({ spans: [at(1, 0), at(2, 29)], logRecords: [] });
    expect(others).toEqual([]);
    expect(session?.turns.map(({ flags }) => flags)).toEqual([
      ["content_missing", "guessed_session"],
      ["content_missing", "guessed_session"],
    ]);
    expect(buildSessions({ spans: [at(1, 0), at(2, 31)], logRecords: [] })).toHaveLength(2);
  });
});

describe("history that is shared", () => {
  const ofService = (service: string, spans: readonly Span[]): readonly Span[] =>
    spans.map((span) => ({
      ...span,
      resource: { ...span.resource, attributes: new Map([["service.name", service]]) },
    }));
  const ofUser = (userId: string, spans: readonly Span[]): readonly Span[] =>
    spans.map((span) => ({ ...span, attributes: new Map([...span.attributes, ["user.id", userId]]) }));
  const earlier = [chat({ id: 1, trace: 1, at: 0 }, [user("a")], said("A"))];
  const later = [chat({ id: 2, trace: 2, at: 1 }, [user("a"), said("A"), user("b")], said("B"))];
  const sessionsOf = (...spans: readonly (readonly Span[])[]): number =>
    buildSessions({ spans: spans.flat(), logRecords: [] }).length;

  it("joins traces of one service and one user, also where only one of them names him", () => {
    expect(sessionsOf(earlier, later)).toBe(1);
    expect(sessionsOf(ofUser("u", earlier), later)).toBe(1);
    expect(sessionsOf(ofUser("u", earlier), ofUser("u", later))).toBe(1);
  });

  it("does not join those of two services, or of two users", () => {
    expect(sessionsOf(ofService("one", earlier), ofService("two", later))).toBe(2);
    expect(sessionsOf(ofUser("u", earlier), ofUser("v", later))).toBe(2);
  });

  it("of two services has no link in common", () => {
    const linksOf = (service: string): readonly bigint[] =>
      buildSession({ spans: ofService(service, later), logRecords: [] }, {}).links;
    expect(linksOf("one").filter((link) => linksOf("two").includes(link))).toEqual([]);
  });
});

describe("links", () => {
  const links = (spans: readonly Span[], conversationId?: string) =>
    buildSession({ spans, logRecords: [] }, conversationId === undefined ? {} : { conversationId }).links;
  const first = chat({ id: 1, trace: 1, at: 0 }, [{ system: "s" }, user("a")], said("A"));
  const second = chat({ id: 2, trace: 2, at: 1 }, [{ system: "other" }, user("a"), said("A"), user("b")], said("B"));

  it("are the neighbouring messages, 64 bits, each once", () => {
    expect(links([first])).toHaveLength(1);
    expect(links([second])).toHaveLength(3);
    expect(links([first, second])).toHaveLength(3);
    for (const link of links([second])) expect(BigInt.asIntN(64, link)).toBe(link);
  });

  it("are shared by the traces of one conversation", () => {
    expect(links([second])).toEqual(expect.arrayContaining([...links([first])]));
  });

  it("are none where there is no content", () => {
    expect(links([chat({ id: 1, at: 0 }, [{ user: "" }, { assistant: "" }])])).toEqual([]);
  });

  it("are the same with an id: so that what came without one finds the conversation", () => {
    expect(links([second], "s")).toEqual(links([second]));
  });

  it("are shared by what only JSON or circumstance holds together", () => {
    const shared = (more: Record<string, string>, input?: readonly Said[]) => {
      const [a, b] = [1, 2].map((trace) => new Set(links([chat({ id: trace, trace, at: trace, more }, input)])));
      return [...(a ?? [])].filter((link) => b?.has(link)).length;
    };
    expect(shared({ metadata: '{"session_id":"s"}' }, [user("a")])).toBe(1);
    expect(shared({ "user.id": "u" })).toBe(1);
    expect(shared({ "user.id": "u" }, [user("a")])).toBe(0);
  });
});

describe("whether a session is a part of another", () => {
  const unitsOf = (...spans: readonly Span[]) => readFacts({ spans, logRecords: [] }).units;
  const first = chat({ id: 1, trace: 1, at: 0 }, [user("a")], said("A"));
  const second = chat({ id: 2, trace: 2, at: 10 }, [user("a"), said("A"), user("b")], said("B"));
  const third = chat({ id: 3, trace: 3, at: 20 }, [user("a"), said("A"), user("b"), said("B"), user("c")], said("C"));
  const stranger = chat({ id: 4, trace: 4, at: 5 }, [user("a")], said("A"));

  it("the later part joins the earlier, and the earlier the later", () => {
    expect(shouldJoin(unitsOf(second), [{ id: "x", units: unitsOf(first) }])).toBe("x");
    expect(shouldJoin(unitsOf(first), [{ id: "x", units: unitsOf(second) }])).toBe("x");
  });

  it("a part in the middle joins the one that began first", () => {
    const candidates = [
      { id: "later", units: unitsOf(third) },
      { id: "earlier", units: unitsOf(first) },
    ];
    expect(shouldJoin(unitsOf(second), candidates)).toBe("earlier");
    expect(shouldJoin(unitsOf(second), candidates.toReversed())).toBe("earlier");
  });

  it("not when nothing is shared but the way it began", () => {
    expect(shouldJoin(unitsOf(first), [{ id: "x", units: unitsOf(stranger) }])).toBeUndefined();
    expect(shouldJoin(unitsOf(first), [])).toBeUndefined();
  });

  it("one that has an id, when it shares more with that", () => {
    const withId = chat(
      { id: 5, trace: 5, at: 15, more: { "session.id": "s" } },
      [user("a"), said("A"), user("b")],
      said("B"),
    );
    const candidates = [
      { id: "plain", units: unitsOf(first) },
      { id: "named", conversationId: "s", units: unitsOf(withId) },
    ];
    expect(shouldJoin(unitsOf(third), candidates)).toBe("named");
    expect(shouldJoin(unitsOf(third), candidates.slice(0, 1))).toBe("plain");
  });

  it("not the one that another id is in", () => {
    const named = (trace: number, session: string, input: readonly Said[]) =>
      chat(
        { id: trace, trace, at: trace, more: { metadata: JSON.stringify({ session_id: session }) } },
        input,
        said("X"),
      );
    const mine = named(6, "s", [user("a"), said("A"), user("b")]);
    expect(
      shouldJoin(unitsOf(mine), [
        { id: "x", units: unitsOf(named(7, "t", [user("a"), said("A"), user("b"), said("X"), user("c")])) },
      ]),
    ).toBeUndefined();
    expect(shouldJoin(unitsOf(mine), [{ id: "x", units: unitsOf(named(7, "s", [user("unrelated")])) }])).toBe("x");
  });
});
