/** Lists of sessions: order, pages, filters, words. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { SessionQuery } from "../../src/component/session-query.ts";
import type { SessionSummary } from "../../src/component/store.ts";
import { PermanentError } from "../../src/model/errors.ts";
import type { JsonValue } from "../../src/model/session.ts";
import { agentSpan, attributes } from "../support/agent-spans.ts";
import { builtSession, builtTurn, trajectoryRecord, turnRecord, usage } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

type Filter = Omit<SessionQuery, "project" | "limit">;

export function describeStoreQueries(underTest: () => StoreUnderTest): void {
  const find = async (filter: Filter = {}): Promise<readonly SessionSummary[]> =>
    (await underTest().store.findSessions({ project, limit: 100, ...filter })).sessions;
  const names = async (filter: Filter = {}): Promise<string[]> => {
    const found = (await find(filter)).map(({ conversationId = "" }) => conversationId).sort();
    expect(await underTest().store.countSessions({ project, limit: 1, ...filter })).toBe(found.length);
    return found;
  };
  /** A session of the conversation `name` as it would be built. */
  const build = async (name: string, built = builtSession(1)): Promise<string> => {
    const { write, claimAll, store } = underTest();
    await write(agentSpan({ attributes: attributes({ "session.id": name }) }));
    const claim = (await claimAll()).find(({ conversationId }) => conversationId === name)!;
    await store.saveSession(claim, built, []);
    for (const turn of built.turns)
      if (turn.userContent.startsWith("harm")) await store.saveTurnJudgement(claim, turnRecord(turn, -1));
    if (built.agentName === "scored") await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, 1));
    await store.releaseClaim(claim, { status: name === "failing" ? "failed" : "completed" });
    return claim.id;
  };

  describe("a list", () => {
    test("begins with the newest activity and says of each what was built", async () => {
      const long = "long ".repeat(100);
      for (const name of ["one", "two"]) {
        await build(
          name,
          builtSession([builtTurn(1, { userContent: long }), builtTurn(2, { assistantContent: long })]),
        );
        await sleep(2);
      }
      await underTest().write(agentSpan({ attributes: attributes({ "session.id": "one" }) }));
      const sessions = await find();
      expect(sessions.map(({ conversationId }) => conversationId)).toEqual(["one", "two"]);
      const cut = { firstUserContent: long.slice(0, 200), lastAssistantContent: long.slice(0, 200) };
      expect(sessions[1]).toMatchObject({ ...cut, totalTurns: 2, models: ["gpt-4o-mini"], dialects: ["gen-ai"] });
      for (const key of ["turns", "tools", "systemPrompt", "digest"]) expect(sessions[1]).not.toHaveProperty(key);
    });

    test("has a session as soon as its first span is stored", async () => {
      await underTest().write(agentSpan({ attributes: attributes({ "session.id": "new" }) }));
      expect(await find()).toMatchObject([{ conversationId: "new", status: "open", revision: 0, totalTurns: 0 }]);
    });

    test("leaves out what was built and turned out to have no turns", async () => {
      const id = await build("plain", builtSession(0));
      expect(await names()).toEqual([]);
      expect((await underTest().store.getSession({ project, id }))?.session.turns).toEqual([]);
      await build("plain", builtSession(1));
      expect(await names()).toEqual(["plain"]);
    });

    test("comes in pages that miss nothing and repeat nothing, also when sessions have the same time", async () => {
      const { write, store } = underTest();
      await write(
        ...Array.from({ length: 25 }, (_, index) =>
          agentSpan({ attributes: attributes({ "session.id": `c${index}` }) }),
        ),
      );
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.findSessions({ project, limit: 10, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.sessions.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
      const byNumber = await store.findSessions({ project, limit: 10, offset: 20 });
      expect(byNumber.sessions.map(({ id }) => id)).toEqual(seen.slice(20));
      expect(byNumber.nextCursor).toBeUndefined();
    });

    test.each(["", "x", "!!", "LTEuMQ", "MS4yLjM", "eyJhIjoxfQ"])("refuses the cursor %j", async (cursor) => {
      await expect(find({ cursor })).rejects.toBeInstanceOf(PermanentError);
    });

    test("is of one project", async () => {
      await build("mine");
      expect((await underTest().store.findSessions({ project: "other", limit: 9 })).sessions).toEqual([]);
    });
  });

  describe("a filter", () => {
    test("by each of a session's properties", async () => {
      await build("plain");
      await build("full", builtSession(1, { userId: "u", agentName: "scored", models: ["m1", "m2"] }));
      await build("harmful", builtSession([builtTurn(1, { userContent: "harm" })]));
      await build("failing", builtSession([builtTurn(1, { error: "boom" })]));
      await build(
        "tool",
        builtSession([builtTurn(1, { steps: [{ type: "tool_call", name: "t", arguments: {}, error: "x" }] })]),
      );
      const cases: readonly [Filter, readonly string[]][] = [
        [{ status: "failed" }, ["failing"]],
        [{ status: "open" }, []],
        [{ conversationId: "full" }, ["full"]],
        [{ userId: "u" }, ["full"]],
        [{ agentName: "scored" }, ["full"]],
        [{ model: "m2" }, ["full"]],
        [{ model: "m" }, []],
        [{ source: "messages" }, []],
        [{ score: 1 }, ["full"]],
        [{ score: 0 }, []],
        [{ has: ["harmful_turn"] }, ["harmful"]],
        [{ has: ["error"] }, ["failing", "tool"]],
        [{ has: ["error", "harmful_turn"] }, []],
        [{ userId: "u", model: "m1", status: "completed" }, ["full"]],
      ];
      for (const [filter, expected] of cases) expect([filter, await names(filter)]).toEqual([filter, expected]);
    });

    test("by last activity includes its begin and excludes its end", async () => {
      await build("a");
      const at = (await find())[0]!.lastActivityAt;
      const later = new Date(at.getTime() + 1);
      expect(await names({ from: at, to: later })).toEqual(["a"]);
      expect(await names({ to: at })).toEqual([]);
      expect(await names({ from: later })).toEqual([]);
    });

    test("by metadata compares text, numbers and booleans as they are written", async () => {
      const { store } = underTest();
      const metadata: Readonly<Record<string, JsonValue>> = {
        "a.b": "x",
        'q"uote': "y",
        n: 10,
        yes: true,
        __proto__: "p",
      };
      await store.createMessageSession({
        project,
        source: "messages",
        messages: [],
        metadata,
        judging: { evaluateSafety: false },
        open: true,
      });
      const count = async (filter: Readonly<Record<string, string>>): Promise<number> =>
        (await find({ metadata: filter })).length;
      expect(await count({ "a.b": "x" })).toBe(1);
      expect(await count({ 'q"uote': "y", n: "10", yes: "true" })).toBe(1);
      expect(await count({ "a.b": "y" })).toBe(0);
      expect(await count({ a: "x" })).toBe(0);
      expect(await count({ "a.b' OR 1=1 --": "x" })).toBe(0);
    });
  });

  describe("words", () => {
    const toolTurn = builtTurn(2, {
      userContent: "second",
      steps: [
        { type: "model_call", content: "thinking aloud" },
        { type: "tool_call", name: "get_order", arguments: { id: "A-17" }, result: { state: "shipped" } },
        { type: "tool_call", name: "refund", arguments: "plain", error: "denied" },
      ],
    });
    const built = builtSession([
      builtTurn(1, { userContent: "Where is my ORDER?", assistantContent: "Über there" }),
      toolTurn,
    ]);

    test.each([
      "order",
      "where order",
      "über",
      "uber",
      "shipped",
      "get_order",
      "A-17",
      "denied",
      "thinking",
      "plain",
      "where shipped",
      "order?",
      '"where"',
      "?! order",
    ])("%j are found", async (text) => {
      await build("a", built);
      await build("b", builtSession([builtTurn(1, { userContent: "nothing", assistantContent: "else" })]));
      expect((await names({ text })).includes("a")).toBe(true);
      expect((await names({ text })).includes("b")).toBe(false);
    });

    test.each([
      "missing",
      "order missing",
      "where NOT order",
      "ord*",
      "words: order",
      "NEAR(where order)",
      '"',
      "a OR b",
      "-order x",
    ])("%j are words and not a query language", async (text) => {
      await build("a", builtSession([builtTurn(1, { userContent: "where order", assistantContent: "" })]));
      const expected = text === '"' ? ["a"] : [];
      expect(await names({ text })).toEqual(expected);
    });

    test("are found in names of what was shown, and in what the models thought", async () => {
      const photo = { kind: "image", name: "invoice-4711.png", mediaType: "image/png" } as const;
      const inner = { type: "model_call", reasoning: "perhaps a kumquat" } as const;
      const tool = { type: "tool_call", name: "ask", arguments: {}, subAgent: { steps: [inner], usage } } as const;
      const call = {
        type: "model_call",
        reasoning: "it smells of durian",
        attachments: [{ ...photo, name: "chart.svg" }],
      } as const;
      await build("a", builtSession([builtTurn(1, { attachments: [photo], steps: [call, tool] })]));
      for (const text of ["invoice 4711", "chart.svg", "durian", "kumquat"])
        expect(await names({ text })).toEqual(["a"]);
    });

    test("that are no longer in a turn are no longer found", async () => {
      await build("a", builtSession([builtTurn(1, { userContent: "apple" }), builtTurn(2, { userContent: "pear" })]));
      await build("a", builtSession([builtTurn(1, { userContent: "plum" })]));
      expect([await names({ text: "apple" }), await names({ text: "pear" }), await names({ text: "plum" })]).toEqual([
        [],
        [],
        ["a"],
      ]);
    });

    test("without end are refused", async () => {
      const text = Array.from({ length: 2000 }, (_, index) => `w${index}`).join(" ");
      await expect(find({ text })).rejects.toBeInstanceOf(PermanentError);
    });
  });
}
