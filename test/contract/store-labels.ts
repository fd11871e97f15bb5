/** What people said of sessions. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { NewLabel, PutLabels, StoredLabel } from "../../src/component/labels.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession, builtTurn, trajectoryRecord, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

export function describeStoreLabels(underTest: () => StoreUnderTest): void {
  const call = (name: string) => ({ type: "tool_call", name, arguments: {} }) as const;
  const twoTurns = builtSession([builtTurn(1, { steps: [call("a"), call("b")] }), builtTurn(2)]);

  /** A session that was built, let go. */
  const build = async (built: BuiltSession = twoTurns): Promise<string> => {
    const { write, claimOne, store } = underTest();
    await write(agentSpan());
    const claim = await claimOne();
    await store.saveSession(claim, built, []);
    await store.releaseClaim(claim, { status: "completed" });
    return claim.id;
  };
  const rebuild = async (id: string, built: BuiltSession): Promise<void> => {
    const { claimOne, store } = underTest();
    await store.requestBuild({ project, id });
    const claim = await claimOne();
    await store.saveSession(claim, built, []);
    await store.releaseClaim(claim, { status: "completed" });
  };
  const label = (sessionId: string, fields: Partial<NewLabel> = {}): NewLabel => ({
    sessionId,
    labeller: "ann",
    score: -1,
    ...fields,
  });
  const put = async (...labels: readonly NewLabel[]): Promise<PutLabels> =>
    underTest().store.labels.put(project, labels);
  const read = async (id: string): Promise<readonly StoredLabel[]> =>
    (await underTest().store.labels.read({ project, id })) ?? [];

  describe("labels", () => {
    test("are of turns, tool calls, dimensions and the whole, in the session's order", async () => {
      const id = await build();
      const given = [
        label(id, { score: 1 }),
        label(id, { turn: 2, note: "why" }),
        label(id, { turn: 1, toolCall: 2, score: 0 }),
        label(id, { turn: 1, dimension: "safety" }),
        label(id, { turn: 1 }),
        label(id, { turn: 1, labeller: "bob" }),
      ];
      const stored = await put(...given);
      const ordered = [given[4]!, given[5]!, given[3]!, given[2]!, given[1]!, given[0]!];
      const labels = await read(id);
      expect(labels).toMatchObject(ordered);
      expect(labels.map(({ digest }) => digest)).toEqual([
        ...[1, 1, 1, 1, 2].map((turn) => twoTurns.turns[turn - 1]!.digest),
        twoTurns.digest,
      ]);
      expect(labels.every(({ isStale, labelledAt }) => !isStale && labelledAt instanceof Date)).toBe(true);
      expect(stored).toMatchObject({ labels: given });
    });

    test("take the place of the labeller's earlier one; the same again changes nothing, its time included", async () => {
      const id = await build();
      await put(label(id, { turn: 1, note: "first" }));
      const [before] = await read(id);
      await sleep(5);
      await put(label(id, { turn: 1, note: "first" }));
      expect(await read(id)).toEqual([before]);
      await put(label(id, { turn: 1, score: 1 }));
      const [after, ...others] = await read(id);
      expect([after, others]).toMatchObject([{ score: 1 }, []]);
      expect(after).not.toHaveProperty("note");
      expect(after!.labelledAt.getTime()).toBeGreaterThan(before!.labelledAt.getTime());
    });

    test("may say when they were made and of what, and then are there as they say", async () => {
      const id = await build();
      const labelledAt = new Date("2026-01-02T03:04:05Z");
      await put(label(id, { turn: 9, digest: "d".repeat(64), labelledAt }));
      expect(await read(id)).toMatchObject([{ turn: 9, digest: "d".repeat(64), labelledAt, isStale: true }]);
    });

    test.each<[string, Partial<NewLabel>, object]>([
      ["of an unknown session", { sessionId: "f".repeat(32) }, { what: "session_id" }],
      ["of a turn that is not there", { turn: 3 }, { what: "turn", message: "the session has 2 turns" }],
      [
        "of a tool call that is not there",
        { turn: 1, toolCall: 3 },
        { what: "tool_call", message: "the turn has 2 tool calls" },
      ],
    ])("%s are refused, and all that came with them", async (_, wrong, problem) => {
      const id = await build();
      expect(await put(label(id, { turn: 1 }), label(id, wrong))).toMatchObject({ problems: [{ at: 1, ...problem }] });
      expect(await read(id)).toEqual([]);
    });

    test("of a session that was never built are refused as a whole", async () => {
      const { write, store } = underTest();
      await write(agentSpan());
      const [session] = (await store.findSessions({ project, limit: 1 })).sessions;
      expect(await put(label(session!.id))).toMatchObject({ problems: [{ what: "target" }] });
    });

    test("are stale while what they speak of is not what the session says", async () => {
      const id = await build();
      await put(label(id), label(id, { turn: 1 }), label(id, { turn: 2 }));
      const changed = builtSession([twoTurns.turns[0]!, builtTurn(2, { userContent: "another" })]);
      await rebuild(id, changed);
      expect((await read(id)).map(({ turn, isStale }) => [turn, isStale])).toEqual([
        [1, false],
        [2, true],
        [undefined, true],
      ]);
      await rebuild(id, builtSession([twoTurns.turns[0]!]));
      expect((await read(id)).map(({ isStale }) => isStale)).toEqual([false, true, true]);
      await rebuild(id, twoTurns);
      expect((await read(id)).some(({ isStale }) => isStale)).toBe(false);
    });

    test("are taken back one by one", async () => {
      const id = await build();
      const { labels } = underTest().store;
      await put(label(id, { turn: 1 }), label(id, { turn: 1, labeller: "bob" }));
      expect(await labels.remove({ project, id }, { turn: 1, labeller: "eve" })).toBe(false);
      expect(await labels.remove({ project, id }, { labeller: "ann" })).toBe(false);
      expect(await labels.remove({ project: "other", id }, { turn: 1, labeller: "ann" })).toBe(false);
      expect(await labels.remove({ project, id }, { turn: 1, labeller: "ann" })).toBe(true);
      expect(await read(id)).toMatchObject([{ labeller: "bob" }]);
    });

    test("are a project's own, and go with their session", async () => {
      const { store } = underTest();
      const [id, other] = [await build(), await build()];
      await put(label(id), label(other));
      expect(await store.labels.read({ project: "other", id })).toBeUndefined();
      expect(await store.labels.put("other", [label(id)])).toMatchObject({ problems: [{ what: "session_id" }] });
      await store.deleteSession({ project, id });
      expect(await store.labels.read({ project, id })).toBeUndefined();
      expect((await store.labels.find({ project, limit: 9 })).labels.map(({ sessionId }) => sessionId)).toEqual([
        other,
      ]);
      expect((await store.labels.find({ project: "other", limit: 9 })).labels).toEqual([]);
    });

    test("come in pages that miss nothing and repeat nothing", async () => {
      const id = await build();
      await put(...Array.from({ length: 7 }, (_, at) => label(id, { labeller: `labeller ${at}` })));
      const seen: string[] = [];
      let after: number | undefined;
      do {
        const page = await underTest().store.labels.find({
          project,
          limit: 3,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.labels.map(({ labeller }) => labeller));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(Array.from({ length: 7 }, (_, at) => `labeller ${at}`));
    });

    test("go with a session that becomes part of another one", async () => {
      const { store, write, claimAll } = underTest();
      await write(agentSpan(), agentSpan());
      const [from, into] = await claimAll();
      await store.saveSession(from!, twoTurns, []);
      await put(label(from!.id, { turn: 1 }));
      await store.joinSession(from!, into!.id);
      expect(await read(into!.id)).toMatchObject([{ sessionId: into!.id, turn: 1, isStale: true }]);
      expect(await read(from!.id)).toHaveLength(1);
    });
  });

  describe("labels beside judgements", () => {
    test("are those of the same content: of turns, dimensions, tool calls and the whole, of every judge and version", async () => {
      const { store, write, claimOne } = underTest();
      await write(agentSpan());
      const claim = await claimOne();
      await store.saveSession(claim, twoTurns, []);
      const [first, second] = twoTurns.turns;
      const judged = turnRecord(first!, 1);
      const { result } = judged;
      if (result.status !== "judged") throw new Error("it is judged");
      const toolCalls = ([0, -1] as const).map((score) => ({ score, summary: "", reasoning: "", callContent: "" }));
      const dimensions = { safety: { score: -1, reasoning: "" } } as const;
      await store.saveTurnJudgement(claim, {
        ...judged,
        result: { ...result, judgement: { ...result.judgement, toolCalls, dimensions } },
      });
      await store.saveTurnJudgement(claim, turnRecord(first!, 0, { version: "2" }));
      await store.saveTurnJudgement(claim, turnRecord({ ...second!, digest: "e".repeat(64) }, 1));
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(twoTurns, -1, { judge: "llm" }));
      const { id } = claim;
      await put(
        label(id, { turn: 1 }),
        label(id, { turn: 1, labeller: "bob", score: 0 }),
        label(id, { turn: 1, dimension: "safety" }),
        label(id, { turn: 1, dimension: "hallucination" }),
        label(id, { turn: 1, toolCall: 2, score: 1 }),
        label(id, { turn: 2 }),
        label(id),
      );
      const by = (judge: string, version: string, score: number) => ({ judge, version, score });
      const ann = [{ labeller: "ann", score: -1 }];
      expect(await store.labels.readLabelledTargets(project)).toEqual([
        {
          kind: "turn",
          labels: [...ann, { labeller: "bob", score: 0 }],
          judged: [by("rules", "1", 1), by("rules", "2", 0)],
        },
        { kind: "turn", dimension: "safety", labels: ann, judged: [by("rules", "1", -1)] },
        { kind: "turn", dimension: "hallucination", labels: ann, judged: [] },
        { kind: "tool_call", labels: [{ labeller: "ann", score: 1 }], judged: [by("rules", "1", -1)] },
        { kind: "turn", labels: ann, judged: [] },
        { kind: "trajectory", labels: ann, judged: [by("llm", "1", -1)] },
      ]);
      expect(await store.labels.readLabelledTargets("other")).toEqual([]);
    });

    test("leave out those that are stale", async () => {
      const id = await build();
      await put(label(id, { turn: 2 }), label(id));
      await rebuild(id, builtSession([twoTurns.turns[0]!, builtTurn(2, { userContent: "another" })]));
      expect(await underTest().store.labels.readLabelledTargets(project)).toEqual([]);
    });
  });
}
