/** What was built, and what judges said of it. */
import { describe, expect, test } from "vitest";
import type { Claim, JudgedSession } from "../../src/component/store.ts";
import type { BuiltSession, Turn } from "../../src/model/session.ts";
import { agentSpan } from "../support/agent-spans.ts";
import {
  builtSession,
  builtTurn,
  failedTurnRecord,
  trajectoryRecord,
  turnRecord,
  usage,
} from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

export function describeStoreJudgements(underTest: () => StoreUnderTest): void {
  const claimed = async (): Promise<Claim> => {
    await underTest().write(agentSpan());
    return underTest().claimOne();
  };
  const read = async (claim: Claim): Promise<JudgedSession> => {
    const found = await underTest().store.getSession(claim);
    if (found === undefined) throw new Error("no such session");
    return found;
  };
  const save = async (claim: Claim, built: BuiltSession): Promise<number | undefined> =>
    underTest().store.saveSession(claim, built, []);
  const scores = ({ turnJudgements }: JudgedSession): (readonly [number, number])[] =>
    [...turnJudgements].map(([turn, { score }]) => [turn, score]);

  describe("a built session", () => {
    const startedAt = new Date("2026-09-01T10:00:00.123Z");
    const turn = builtTurn(1, {
      startedAt,
      endedAt: startedAt,
      traceIds: ["a".repeat(32)],
      flags: ["truncated"],
      error: "boom",
      steps: [
        { type: "model_call", spanId: "1".repeat(16), model: "m", content: "let me see", usage, startedAt },
        {
          type: "tool_call",
          id: "call_1",
          name: "get",
          arguments: { startedAt: "2026-01-01", endedAt: "data", __proto__: { polluted: true } },
          result: [{ startedAt: "not a date of ours" }],
          startedAt,
          subAgent: { steps: [{ type: "tool_call", name: "inner", arguments: null, endedAt: startedAt }], usage },
        },
      ],
    });
    const built = builtSession([turn], {
      userId: "u",
      agentName: "a",
      systemPrompt: "be nice",
      tools: [{ name: "get", parameters: { type: "object" } }],
      costUsd: 0.5,
      startedAt,
      endedAt: startedAt,
    });

    test("is read as it was saved, with its place in the store", async () => {
      const claim = await claimed();
      expect(await save(claim, built)).toBe(1);
      const { session } = await read(claim);
      expect(session).toMatchObject({ ...built, id: claim.id, status: "running", revision: 1 });
      expect(session.turns).toEqual([turn]);
      expect(session.createdAt).toBeInstanceOf(Date);
      expect(session.lastActivityAt).toBeInstanceOf(Date);
    });

    test("rises in revision when something changed, and only then", async () => {
      const claim = await claimed();
      const longer = builtSession([turn, builtTurn(2)]);
      const revisions = [];
      for (const version of [built, built, longer, longer, { ...longer, userId: "other" }, builtSession([turn])])
        revisions.push(await save(claim, version));
      expect(revisions).toEqual([1, 1, 2, 2, 3, 4]);
      expect((await read(claim)).session.turns).toEqual([turn]);
    });

    test("counts its first build even when it is empty", async () => {
      expect(await save(await claimed(), builtSession(0))).toBe(1);
    });

    test("keeps the conversation that its sender named, and takes what was found where none was", async () => {
      const { write, claimOne } = underTest();
      await write(agentSpan({ attributes: new Map([["session.id", "named"]]) }));
      const claim = await claimOne();
      await save(claim, builtSession(1, { conversationId: "found" }));
      expect((await read(claim)).session.conversationId).toBe("named");
      const other = await claimed();
      await save(other, builtSession(1, { conversationId: "found" }));
      expect((await read(other)).session.conversationId).toBe("found");
    });

    test("brings a turn's times and usage up to date under the same digest, and its judgement stays", async () => {
      const claim = await claimed();
      await save(claim, built);
      await underTest().store.saveTurnJudgement(claim, turnRecord(turn, 1));
      const later: Turn = { ...turn, endedAt: new Date("2026-09-01T11:00:00Z") };
      await save(claim, builtSession([later]));
      const found = await read(claim);
      expect(found.session.turns).toEqual([later]);
      expect(scores(found)).toEqual([[1, 1]]);
    });
  });

  describe("judgements", () => {
    test("are counted and shown", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(4);
      await save(claim, built);
      for (const [index, score] of ([1, -1, 0] as const).entries())
        expect(await store.saveTurnJudgement(claim, turnRecord(built.turns[index]!, score))).toBe(true);
      const found = await read(claim);
      expect(scores(found)).toEqual([
        [1, 1],
        [2, -1],
        [3, 0],
      ]);
      const counts = { totalTurns: 4, judgedTurns: 3, helpful: 1, neutral: 1, harmful: 1 };
      expect(found.summary).toEqual({ ...counts, netScore: 0, trajectoryScore: null });
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, -1));
      const judged = await read(claim);
      expect(judged.summary).toEqual({ ...counts, netScore: -1, trajectoryScore: -1 });
      expect(judged.trajectory?.reasoning).toBe("scored -1");
    });

    test("keep all that was said: the trials of several answers, and how far they agreed", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(1);
      await save(claim, built);
      const voted = {
        agreement: 2 / 3,
        trials: [
          { model: "m", score: 1, reasoning: "so" },
          { model: "n", reasoning: "no answer" },
        ],
      } as const;
      const [turn, trajectory] = [turnRecord(built.turns[0]!, 1), trajectoryRecord(built, 1)];
      if (turn.result.status !== "judged" || trajectory.result.status !== "judged") throw new Error("not judged");
      const turnJudgement = { ...turn.result.judgement, ...voted };
      const trajectoryJudgement = { ...trajectory.result.judgement, ...voted };
      await store.saveTurnJudgement(claim, { ...turn, result: { status: "judged", judgement: turnJudgement } });
      await store.saveTrajectoryJudgement(claim, {
        ...trajectory,
        result: { status: "judged", judgement: trajectoryJudgement },
      });
      const found = await read(claim);
      expect(found.turnJudgements.get(1)).toEqual(turnJudgement);
      expect(found.trajectory).toEqual(trajectoryJudgement);
      const known = await store.readJudgements(claim);
      expect(known.turns[0]?.result).toMatchObject({ judgement: turnJudgement });
    });

    test("saved twice are one; the last is shown", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(1);
      await save(claim, built);
      for (const score of [1, 1, -1] as const) await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, score));
      expect((await store.readJudgements(claim)).turns).toEqual([turnRecord(built.turns[0]!, -1)]);
      expect(scores(await read(claim))).toEqual([[1, -1]]);
    });

    test("of every judge are read; the newest of the highest rank is shown", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(1);
      const turn = built.turns[0]!;
      await save(claim, built);
      const llm = { judge: "llm", rank: 1 };
      await store.saveTurnJudgement(claim, turnRecord(turn, 1, { ...llm, version: "1" }));
      await store.saveTurnJudgement(claim, turnRecord(turn, 0, { ...llm, version: "2" }));
      await store.saveTurnJudgement(claim, turnRecord(turn, -1));
      expect(scores(await read(claim))).toEqual([[1, 0]]);
      expect((await store.readJudgements(claim)).turns).toHaveLength(3);
      await store.saveTurnJudgement(claim, turnRecord(turn, 1, { ...llm, version: "1" }));
      expect(scores(await read(claim))).toEqual([[1, 1]]);
    });

    test("that failed are read but never shown, and never replace one that succeeded", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(2);
      await save(claim, built);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[0]!, 1));
      await store.saveTurnJudgement(claim, failedTurnRecord(built.turns[0]!, { judge: "llm", rank: 1 }));
      await store.saveTurnJudgement(claim, failedTurnRecord(built.turns[0]!));
      await store.saveTurnJudgement(claim, failedTurnRecord(built.turns[1]!));
      expect(scores(await read(claim))).toEqual([[1, 1]]);
      const { turns } = await store.readJudgements(claim);
      expect(turns.map(({ turn, judge, result }) => [turn, judge.name, result.status])).toEqual([
        [1, "rules", "judged"],
        [1, "llm", "failed"],
        [2, "rules", "failed"],
      ]);
      await store.saveTurnJudgement(claim, turnRecord(built.turns[1]!, 0));
      expect((await store.readJudgements(claim)).turns).toHaveLength(3);
      expect((await read(claim)).summary.judgedTurns).toBe(2);
    });

    test("of a turn that changed are superseded, those of the others stay", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(2);
      await save(claim, built);
      for (const turn of built.turns) await store.saveTurnJudgement(claim, turnRecord(turn, 1));
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, 1));
      const changed = builtSession([built.turns[0]!, builtTurn(2, { assistantContent: "something else" })]);
      await save(claim, changed);
      const found = await read(claim);
      expect(scores(found)).toEqual([[1, 1]]);
      expect(found.trajectory).toBeUndefined();
      expect(found.summary).toMatchObject({ judgedTurns: 1, trajectoryScore: null, netScore: 1 });
      const current = await store.readJudgements(claim);
      expect(current.turns.map(({ turn }) => turn)).toEqual([1]);
      expect(current.trajectories).toEqual([]);
    });

    test("of a turn that is gone are superseded", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const built = builtSession(2);
      await save(claim, built);
      for (const turn of built.turns) await store.saveTurnJudgement(claim, turnRecord(turn, -1));
      await save(claim, builtSession(1));
      expect((await read(claim)).summary).toMatchObject({ totalTurns: 1, harmful: 1 });
    });

    test("that speak of an older digest than the session's are kept and not shown", async () => {
      const { store } = underTest();
      const claim = await claimed();
      await save(claim, builtSession(1));
      const old = builtTurn(1, { userContent: "older" });
      expect(await store.saveTurnJudgement(claim, turnRecord(old, 1))).toBe(true);
      expect(scores(await read(claim))).toEqual([]);
      await save(claim, builtSession([old]));
      expect(scores(await read(claim))).toEqual([[1, 1]]);
    });

    test("are none where there is no such session", async () => {
      const { store } = underTest();
      const nothing = { project, id: "0".repeat(32) };
      expect(await store.readJudgements(nothing)).toEqual({ turns: [], trajectories: [] });
      expect(await store.getSession(nothing)).toBeUndefined();
    });
  });
}
