import { describe, expect, test } from "vitest";
import type { Judge, TurnContext } from "../../src/component/judge.ts";
import type { Claim, Store, TrajectoryJudgementRecord, TurnJudgementRecord } from "../../src/component/store.ts";
import { JudgeError } from "../../src/model/errors.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { judgeSession, LeaseEndedError } from "../../src/service/judge-session.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { storeWith } from "../support/store-with.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const threeTurns = ["one", "two", "three"].flatMap((content) => [
  { role: "user", content },
  { role: "assistant", content: `${content}!` },
]);
const session = buildFromMessages({ messages: threeTurns, source: "messages" });
const claim: Claim = {
  project: "default",
  id: "s1",
  lease: "l",
  source: "messages",
  judging: { evaluateSafety: false },
  factsVersion: 1,
  revision: 1,
  attempts: 1,
  rejudge: false,
};

/** A judge that notes what it is asked and scores +1, or throws what `failAt` gives for that turn (0: the trajectory). */
function judgeNamed(
  name: string,
  failAt: (turn: number, time: number) => Error | undefined = () => undefined,
  version = "1",
) {
  const asked: number[] = [];
  const contexts: TurnContext[] = [];
  const answer = (turn: number): void => {
    asked.push(turn);
    const error = failAt(turn, asked.filter((other) => other === turn).length);
    if (error !== undefined) throw error;
  };
  const judge: Judge = {
    identity: { name, version },
    async judgeTurn(context) {
      contexts.push(context);
      answer(context.turn.turn);
      return turnJudgement(name, version, context.turn.turn);
    },
    async judgeTrajectory() {
      answer(0);
      return trajectoryJudgement(name, version);
    },
  };
  return { judge, asked, contexts };
}

const turnJudgement = (name: string, version: string, turn: number): TurnJudgement => ({
  turn,
  score: 1,
  reasoning: `by ${name}`,
  userSummary: "",
  userContent: "",
  assistantSummary: "",
  assistantContent: "",
  toolCalls: [],
  dimensions: {},
  evidence: [],
  judge: { name, version },
});

const trajectoryJudgement = (name: string, version: string): TrajectoryJudgement => ({
  score: 1,
  reasoning: `by ${name}`,
  completed: true,
  earlyTermination: false,
  failures: [],
  evidence: [],
  judge: { name, version },
});

/** The judgements of one session, by key as a store keeps them. The lease ends after so many savings. */
function judgementStore({ leaseLasts = Number.POSITIVE_INFINITY } = {}) {
  const turns = new Map<string, TurnJudgementRecord>();
  const trajectories = new Map<string, TrajectoryJudgementRecord>();
  let savings = 0;
  const keyOf = ({ judge, digest }: TrajectoryJudgementRecord | TurnJudgementRecord): string =>
    JSON.stringify([judge.name, judge.version, digest]);
  const save = <Record extends TrajectoryJudgementRecord | TurnJudgementRecord>(
    map: Map<string, Record>,
    key: string,
    record: Record,
  ) => {
    savings += 1;
    if (savings > leaseLasts) return false;
    map.set(key, record);
    return true;
  };
  const store = storeWith({
    readJudgements: async () => ({ turns: [...turns.values()], trajectories: [...trajectories.values()] }),
    saveTurnJudgement: async (_, record) => save(turns, `${record.turn} ${keyOf(record)}`, record),
    saveTrajectoryJudgement: async (_, record) => save(trajectories, keyOf(record), record),
  });
  return {
    store,
    shown: () =>
      [...turns.values(), ...trajectories.values()].map(
        (record) => `${"turn" in record ? record.turn : 0} ${record.judge.name}@${record.rank} ${record.result.status}`,
      ),
  };
}

function contextOf(judges: readonly Judge[], store: Store) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  return {
    store,
    judges,
    logger,
    telemetry,
    retries: createJudgeRetries(),
    pauses: createJudgePauses(logger, telemetry),
  };
}

const never = new AbortController().signal;

describe("judging a session", () => {
  test("VH-21 judges of a session that takes more messages the turns that are over, and not the whole", async () => {
    const { judge, asked } = judgeNamed("rules");
    const { store, shown } = judgementStore();
    const context = contextOf([judge], store);
    const open = { ...claim, source: "stream", open: true } as const;
    const growing = (count: number) => buildFromMessages({ messages: threeTurns.slice(0, count), source: "stream" });
    expect(await judgeSession(growing(3), open, never, context)).toEqual({ status: "completed" });
    expect(asked).toEqual([1]);
    await judgeSession(growing(4), open, never, context);
    expect(asked).toEqual([1, 2]);
    await judgeSession(growing(6), { ...claim, source: "stream" }, never, context);
    expect(asked).toEqual([1, 2, 3, 0]);
    expect(shown()).toEqual([1, 2, 3, 0].map((turn) => `${turn} rules@0 judged`));
  });

  test("has every judge judge every turn in order, then the trajectory", async () => {
    const [rules, llm] = [judgeNamed("rules"), judgeNamed("llm")];
    const { store, shown } = judgementStore();
    const context = contextOf([rules.judge, llm.judge], store);
    expect(await judgeSession(session, claim, never, context)).toEqual({ status: "completed" });
    expect([rules.asked, llm.asked]).toEqual([
      [1, 2, 3, 0],
      [1, 2, 3, 0],
    ]);
    expect(shown()).toEqual(
      [1, 2, 3]
        .flatMap((turn) => `${turn} rules@0 judged`)
        .concat(["1 llm@1 judged", "2 llm@1 judged", "3 llm@1 judged", "0 rules@0 judged", "0 llm@1 judged"]),
    );
    expect(llm.contexts[2]).toMatchObject({
      judging: claim.judging,
      earlier: [{ turn: 1, reasoning: "by llm" }, { turn: 2 }],
    });
    expect(context.telemetry.show()).toContain('turnwise_judgements{judge="llm",outcome="judged"} 4\n');
  });

  test("asks nothing twice", async () => {
    const rules = judgeNamed("rules");
    const { store } = judgementStore();
    await judgeSession(session, claim, never, contextOf([rules.judge], store));
    await judgeSession(session, claim, never, contextOf([rules.judge], store));
    expect(rules.asked).toEqual([1, 2, 3, 0]);
  });

  test("asks only about what changed, and shows the judge what it said before", async () => {
    const rules = judgeNamed("rules");
    const { store } = judgementStore();
    await judgeSession(session, claim, never, contextOf([rules.judge], store));
    const messages = threeTurns.map((message, index) => (index === 5 ? { ...message, content: "changed" } : message));
    await judgeSession(
      buildFromMessages({ messages, source: "messages" }),
      claim,
      never,
      contextOf([rules.judge], store),
    );
    expect(rules.asked).toEqual([1, 2, 3, 0, 3, 0]);
    expect(rules.contexts.at(-1)?.earlier.map(({ turn }) => turn)).toEqual([1, 2]);
  });

  test("asks a new version of a judge again", async () => {
    const { store } = judgementStore();
    await judgeSession(session, claim, never, contextOf([judgeNamed("rules").judge], store));
    const newer = judgeNamed("rules", undefined, "2");
    await judgeSession(session, claim, never, contextOf([newer.judge], store));
    expect(newer.asked).toEqual([1, 2, 3, 0]);
  });

  test("judges again when asked to, by all or by the judge that is named", async () => {
    const [rules, llm] = [judgeNamed("rules"), judgeNamed("llm")];
    const { store } = judgementStore();
    const context = contextOf([rules.judge, llm.judge], store);
    await judgeSession(session, claim, never, context);
    await judgeSession(session, { ...claim, rejudge: true, rejudgeBy: "llm" }, never, context);
    expect([rules.asked.length, llm.asked.length]).toEqual([4, 8]);
    await judgeSession(session, { ...claim, rejudge: true }, never, context);
    expect([rules.asked.length, llm.asked.length]).toEqual([8, 12]);
  });

  test("does not ask a judge that is off", async () => {
    const llm = judgeNamed("llm");
    const { store } = judgementStore();
    const off = { ...llm.judge, off: "no API key" };
    expect(await judgeSession(session, claim, never, contextOf([off], store))).toEqual({ status: "completed" });
    expect(llm.asked).toEqual([]);
  });

  test("is done at once with a session without turns", async () => {
    const rules = judgeNamed("rules");
    const empty = buildFromMessages({ messages: [], source: "messages" });
    const context = contextOf([rules.judge], judgementStore().store);
    expect(await judgeSession(empty, claim, never, context)).toEqual({ status: "completed" });
    expect(rules.asked).toEqual([]);
  });
});

describe("a judge that fails", () => {
  const lasting = new JudgeError("refused", "the model refused", { retryable: false });
  const passing = new JudgeError("timeout", "no answer in time", { retryable: true });
  const wrongKey = new JudgeError("invalid_api_key", "401", { retryable: false, pausesJudge: true });

  test("for good at one turn judges the others, and that turn never again", async () => {
    const llm = judgeNamed("llm", (turn) => (turn === 2 ? lasting : undefined));
    const { store, shown } = judgementStore();
    const context = contextOf([judgeNamed("rules").judge, llm.judge], store);
    const outcome = { status: "completed", error: "llm judge: the model refused" };
    expect(await judgeSession(session, claim, never, context)).toEqual(outcome);
    expect(shown()).toContain("2 llm@1 failed");
    expect(llm.contexts[2]?.earlier.map(({ turn }) => turn)).toEqual([1]);
    expect(await judgeSession(session, claim, never, context)).toEqual(outcome);
    expect(llm.asked).toEqual([1, 2, 3, 0]);
    await judgeSession(session, { ...claim, rejudge: true }, never, context);
    expect(llm.asked).toEqual([1, 2, 3, 0, 1, 2, 3, 0]);
  });

  test("for now is tried again later from there, and keeps no other from judging", async () => {
    const llm = judgeNamed("llm", (turn, time) => (turn === 2 && time === 1 ? passing : undefined));
    const [rules, { store, shown }] = [judgeNamed("rules"), judgementStore()];
    const context = contextOf([llm.judge, rules.judge], store);
    const outcome = await judgeSession(session, claim, never, context);
    expect(outcome).toEqual({
      status: "completed",
      error: "llm judge: no answer in time",
      retryAt: expect.any(Date) as unknown,
    });
    expect(outcome.retryAt!.getTime()).toBeGreaterThan(Date.now() + 4000);
    expect([llm.asked, rules.asked]).toEqual([
      [1, 2],
      [1, 2, 3, 0],
    ]);
    expect(await judgeSession(session, claim, never, context)).toEqual({ status: "completed" });
    expect(llm.asked).toEqual([1, 2, 2, 3, 0]);
    expect(shown().filter((record) => record.includes("failed"))).toEqual([]);
  });

  test("waits as long as the endpoint asks", async () => {
    const busy = new JudgeError("rate_limited", "429", { retryable: true, retryAfterSeconds: 120 });
    const context = contextOf([judgeNamed("llm", () => busy).judge], judgementStore().store);
    const { retryAt } = await judgeSession(session, claim, never, context);
    expect(retryAt!.getTime()).toBeGreaterThan(Date.now() + 115_000);
  });

  test("again and again about one turn is asked five times, then about the others, also when a new judgement was wanted", async () => {
    for (const rejudge of [false, true]) {
      const llm = judgeNamed("llm", (turn) => (turn === 1 ? passing : undefined));
      const context = contextOf([llm.judge], judgementStore().store);
      const outcomes = [];
      for (let time = 0; time < 5; time++)
        outcomes.push(await judgeSession(session, { ...claim, rejudge }, never, context));
      expect(outcomes.map(({ retryAt }) => retryAt !== undefined)).toEqual([true, true, true, true, false]);
      expect(llm.asked).toEqual([1, 1, 1, 1, 1, 2, 3, 0]);
    }
  });

  test("alone makes the session failed, and says why", async () => {
    const context = contextOf([judgeNamed("llm", () => lasting).judge], judgementStore().store);
    expect(await judgeSession(session, claim, never, context)).toEqual({
      status: "failed",
      error: "llm judge: the model refused",
    });
  });

  test("for every session is paused: the next one is not asked about, and comes back later", async () => {
    const llm = judgeNamed("llm", () => wrongKey);
    const { store, shown } = judgementStore();
    const context = contextOf([judgeNamed("rules").judge, llm.judge], store);
    const first = await judgeSession(session, claim, never, context);
    const second = await judgeSession(session, { ...claim, id: "s2" }, never, context);
    for (const outcome of [first, second])
      expect(outcome).toEqual({ status: "completed", error: "llm judge: 401", retryAt: expect.any(Date) as unknown });
    expect(llm.asked).toEqual([1]);
    expect(shown()).toContain("0 rules@0 judged");
    expect(context.telemetry.show()).toContain("turnwise_judges_paused 1\n");
    expect(context.logger.lines.filter(({ message }) => message.includes("paused"))).toHaveLength(1);
  });

  test("with an error of its own making is not asked again, and is logged", async () => {
    const context = contextOf([judgeNamed("rules", () => new TypeError("bug")).judge], judgementStore().store);
    expect(await judgeSession(session, claim, never, context)).toEqual({
      status: "failed",
      error: "rules judge: the judge failed unexpectedly",
    });
    expect(context.logger.lines[0]).toMatchObject({
      level: "error",
      fields: { err: expect.any(TypeError) as unknown },
    });
    expect(context.telemetry.show()).toContain('turnwise_judge_failures{judge="rules",code="internal"} 4\n');
  });

  test("takes no judgement away that was there", async () => {
    const llm = judgeNamed("llm", (_, time) => (time === 2 ? lasting : undefined));
    const { store, shown } = judgementStore();
    const context = contextOf([llm.judge], store);
    await judgeSession(session, claim, never, context);
    await judgeSession(session, { ...claim, rejudge: true }, never, context);
    expect(shown()).toEqual(["1 llm@0 judged", "2 llm@0 judged", "3 llm@0 judged", "0 llm@0 judged"]);
  });
});

describe("judging stops", () => {
  test("when the lease has ended", async () => {
    const rules = judgeNamed("rules");
    const { store } = judgementStore({ leaseLasts: 1 });
    await expect(judgeSession(session, claim, never, contextOf([rules.judge], store))).rejects.toThrow(LeaseEndedError);
    expect(rules.asked).toEqual([1, 2]);
  });

  test("when it is told to, without calling that a failure", async () => {
    const stop = new AbortController();
    const llm = judgeNamed("llm", (turn) => {
      if (turn !== 2) return undefined;
      stop.abort(new Error("stopping"));
      return new JudgeError("aborted", "aborted", { retryable: true });
    });
    const { store, shown } = judgementStore();
    await expect(judgeSession(session, claim, stop.signal, contextOf([llm.judge], store))).rejects.toThrow("stopping");
    expect(shown()).toEqual(["1 llm@0 judged"]);
  });
});
