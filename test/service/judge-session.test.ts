import { describe, expect, test } from "vitest";
import type { Judge, TurnContext } from "../../src/component/judge.ts";
import type { JudgeSelection } from "../../src/component/judge-selection.ts";
import type { Claim } from "../../src/component/store.ts";
import { JudgeError } from "../../src/model/errors.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { judgeSession, LeaseEndedError } from "../../src/service/judge-session.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { judgementStore, judgingContext as contextOf } from "../support/judging-context.ts";

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

const never = new AbortController().signal;

const judgedBy = (...names: string[]) => names.map((judge) => ({ judge, status: "judged" }));
const anyDate = expect.any(Date) as unknown;

describe("judging a session", () => {
  test("VH-21 judges of a session that takes more messages the turns that are over, and not the whole", async () => {
    const { judge, asked } = judgeNamed("rules");
    const { store, shown } = judgementStore();
    const context = contextOf([judge], store);
    const open = { ...claim, source: "stream", open: true } as const;
    const growing = (count: number) => buildFromMessages({ messages: threeTurns.slice(0, count), source: "stream" });
    const outcome = { status: "completed", judging: judgedBy("rules") };
    expect(await judgeSession(growing(3), open, never, context)).toEqual(outcome);
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
    const outcome = { status: "completed", judging: judgedBy("rules", "llm") };
    expect(await judgeSession(session, claim, never, context)).toEqual(outcome);
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

  test("has the others say what they have not said, when one is named of a session that waited for all", async () => {
    const [rules, llm] = [judgeNamed("rules"), judgeNamed("llm")];
    const { store } = judgementStore();
    const context = contextOf([rules.judge, llm.judge], store);
    const named: Claim = { ...claim, rejudge: true, rejudgeBy: "llm", isDue: true };
    const { judging } = await judgeSession(session, named, never, context);
    expect(judging?.map(({ judge }) => judge)).toEqual(["rules", "llm"]);
    await judgeSession(session, named, never, context);
    expect([rules.asked.length, llm.asked.length]).toEqual([4, 8]);
  });

  test("does not ask a judge that is off", async () => {
    const llm = judgeNamed("llm");
    const { store } = judgementStore();
    const off = { ...llm.judge, off: "no API key" };
    expect(await judgeSession(session, claim, never, contextOf([off], store))).toEqual({
      status: "completed",
      judging: [],
    });
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
    const failed = { judge: "llm", status: "failed", code: "refused", reason: "the model refused" };
    const judging = [...judgedBy("rules"), failed];
    const outcome = { status: "completed", error: "llm judge: the model refused", judging };
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
    const waiting = { judge: "llm", status: "waiting", code: "timeout", reason: "no answer in time", retryAt: anyDate };
    expect(outcome).toEqual({
      status: "completed",
      error: "llm judge: no answer in time",
      retryAt: anyDate,
      judging: [waiting, ...judgedBy("rules")],
    });
    expect(outcome.retryAt!.getTime()).toBeGreaterThan(Date.now() + 4000);
    expect([llm.asked, rules.asked]).toEqual([
      [1, 2],
      [1, 2, 3, 0],
    ]);
    const judging = judgedBy("llm", "rules");
    expect(await judgeSession(session, claim, never, context)).toEqual({ status: "completed", judging });
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
    expect(await judgeSession(session, claim, never, context)).toMatchObject({
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
      expect(outcome).toEqual({
        status: "completed",
        error: "llm judge: 401",
        retryAt: anyDate,
        judging: [
          ...judgedBy("rules"),
          { judge: "llm", status: "paused", code: "invalid_api_key", reason: "401", retryAt: anyDate },
        ],
      });
    expect(llm.asked).toEqual([1]);
    expect(shown()).toContain("0 rules@0 judged");
    expect(context.telemetry.show()).toContain("turnwise_judges_paused 1\n");
    expect(context.logger.lines.filter(({ message }) => message.includes("paused"))).toHaveLength(1);
  });

  test("for as long as somebody does nothing goes on waiting, however long that is", async () => {
    const llm = judgeNamed("llm", () => wrongKey);
    const context = contextOf([llm.judge], judgementStore().store);
    const clock = { now: Date.now() };
    const pauses = createJudgePauses(context.logger, context.telemetry, { now: () => clock.now });
    for (let hours = 0; hours < 48; hours++) {
      const { retryAt, judging } = await judgeSession(session, claim, never, { ...context, pauses });
      expect(judging).toMatchObject([{ status: "paused" }]);
      clock.now = retryAt!.getTime();
    }
    expect(llm.asked).toHaveLength(48);
  });

  test("because it waits in line uses no try up", async () => {
    const inLine = new JudgeError("rate_limited", "429", { retryable: true, usesTry: false });
    const context = contextOf([judgeNamed("llm", () => inLine).judge], judgementStore().store);
    for (let time = 0; time < 20; time++) {
      const { judging } = await judgeSession(session, claim, never, context);
      expect(judging).toMatchObject([{ status: "waiting", code: "rate_limited" }]);
    }
  });

  test("for one project's sessions is asked about the others'", async () => {
    const spent = new JudgeError("budget_exhausted", "spent", {
      retryable: true,
      pausesJudge: true,
      onlyInProject: true,
      retryAfterSeconds: 3600,
    });
    const llm = judgeNamed("llm", (turn, time) => (turn === 1 && time === 1 ? spent : undefined));
    const context = contextOf([llm.judge], judgementStore().store);
    const paused = { judging: [{ status: "paused", code: "budget_exhausted" }] };
    expect(await judgeSession(session, claim, never, context)).toMatchObject(paused);
    expect(await judgeSession(session, { ...claim, id: "s2" }, never, context)).toMatchObject(paused);
    expect(llm.asked).toEqual([1]);
    const other = { ...claim, project: "other" };
    expect(await judgeSession(session, other, never, context)).toMatchObject({ judging: judgedBy("llm") });
  });

  test("with an error of its own making is not asked again, and is logged", async () => {
    const context = contextOf([judgeNamed("rules", () => new TypeError("bug")).judge], judgementStore().store);
    expect(await judgeSession(session, claim, never, context)).toMatchObject({
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

describe("a judge that is to judge only some sessions", () => {
  const choosy = (judge: Judge, selection: Partial<JudgeSelection>): Judge => ({
    ...judge,
    selection: { sample: 1, when: {}, ...selection },
  });

  test("is not asked about the others, and it is said why", async () => {
    const llm = judgeNamed("llm");
    const { store } = judgementStore();
    const context = contextOf([judgeNamed("rules").judge, choosy(llm.judge, { sample: 0 })], store);
    const reason = "it is not among the 0 % of sessions that are wanted";
    expect(await judgeSession(session, claim, never, context)).toEqual({
      status: "completed",
      judging: [...judgedBy("rules"), { judge: "llm", status: "skipped", code: "sampled_out", reason }],
    });
    expect(llm.asked).toEqual([]);
    expect(context.telemetry.show()).toContain('turnwise_judge_skipped{judge="llm",code="sampled_out"} 1\n');
  });

  test("is asked about each that somebody asks its judgement of, and that is told from then on", async () => {
    const llm = judgeNamed("llm");
    const context = contextOf([choosy(llm.judge, { sample: 0, when: { min_turns: 10 } })], judgementStore().store);
    const outcome = { status: "completed", judging: judgedBy("llm") };
    expect(await judgeSession(session, { ...claim, rejudge: true }, never, context)).toEqual(outcome);
    expect(await judgeSession(session, claim, never, context)).toEqual(outcome);
    expect(llm.asked).toEqual([1, 2, 3, 0]);
  });

  test.each([
    ["a turn", 2],
    ["the session as a whole", 0],
  ])("is asked where the judge before it gave %s -1", async (_, place) => {
    const [rules, llm] = [judgeNamed("rules"), judgeNamed("llm")];
    const harsh: Judge = {
      ...rules.judge,
      judgeTurn: async ({ turn }) => ({
        ...turnJudgement("rules", "1", turn.turn),
        score: turn.turn === place ? -1 : 1,
      }),
      judgeTrajectory: async () => ({ ...trajectoryJudgement("rules", "1"), score: place === 0 ? -1 : 0 }),
    };
    const flagged = choosy(llm.judge, { when: { flagged_by: "rules" } });
    const { store } = judgementStore();
    expect(
      await judgeSession(session, claim, never, contextOf([rules.judge, flagged], judgementStore().store)),
    ).toMatchObject({ judging: [{ status: "judged" }, { status: "skipped", code: "filtered_out" }] });
    expect(llm.asked).toEqual([]);
    await judgeSession(session, claim, never, contextOf([harsh, flagged], store));
    expect(llm.asked).toEqual([1, 2, 3, 0]);
  });

  test("by what another one says waits for that one, unless nothing that it says could change it", async () => {
    const rules = judgeNamed("rules", () => new JudgeError("timeout", "no answer", { retryable: true }));
    const llm = judgeNamed("llm");
    const judgingWith = async (when: JudgeSelection["when"]) => {
      const context = contextOf([rules.judge, choosy(llm.judge, { when })], judgementStore().store);
      return (await judgeSession(session, claim, never, context)).judging?.[1];
    };
    expect(await judgingWith({ flagged_by: "rules" })).toMatchObject({
      status: "waiting",
      code: "depends",
      retryAt: anyDate,
    });
    expect(await judgingWith({ flagged_by: "rules", min_turns: 10 })).toMatchObject({ status: "skipped" });
    expect(llm.asked).toEqual([]);
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
