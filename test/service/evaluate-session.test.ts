import { describe, expect, test } from "vitest";
import type { Evaluator, Measure } from "../../src/component/evaluator.ts";
import type { JudgeSelection } from "../../src/component/judge-selection.ts";
import type { MetricScoreRecord } from "../../src/component/metric-scores.ts";
import type { Claim, ReleaseOutcome } from "../../src/component/store.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { evaluateSession } from "../../src/service/evaluate-session.ts";
import { LeaseEndedError } from "../../src/service/lease.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { judgingContext } from "../support/judging-context.ts";
import { storeWith } from "../support/store-with.ts";

const said = ["one", "two", "three"].flatMap((content) => [
  { role: "user", content },
  { role: "assistant", content: `${content}!` },
]);
const session = buildFromMessages({ messages: said, source: "messages" });
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
const judged: ReleaseOutcome = { status: "completed", judging: [{ judge: "rules", status: "judged" }] };
const all: JudgeSelection = { sample: 1, when: {} };

/** A measure that notes what it is asked (0: the session), and answers 1 or throws what `failAt` gives. */
function measureNamed(
  name: string,
  {
    of = "turn",
    asks,
    failAt = () => undefined,
  }: Partial<Measure> & { failAt?: (turn: number) => Error | undefined } = {},
) {
  const asked: number[] = [];
  const measure: Measure = {
    name,
    of,
    version: "1",
    ...(asks === undefined ? {} : { asks }),
    async score({ turn }) {
      const number = turn?.turn ?? 0;
      asked.push(number);
      const error = failAt(number);
      if (error !== undefined) throw error;
      return { value: 1 };
    },
  };
  return { measure, asked };
}

const evaluatorOf = (name: string, measures: readonly Measure[], selection = all): Evaluator => ({
  name,
  measures,
  selection,
});

/** As a store keeps them; the lease ends after so many savings. What rules said of turn 2 is `flagged`. */
function scoreStore({ leaseLasts = Infinity, flagged = false } = {}) {
  const records = new Map<string, MetricScoreRecord>();
  let savings = 0;
  const keyOf = (record: MetricScoreRecord): string => JSON.stringify({ ...record, result: undefined });
  const isFlagged = [{ judge: { name: "rules" }, result: { status: "judged", judgement: { score: -1 } } }];
  const store = storeWith({
    metricScores: {
      read: async () => [...records.values()],
      async save(_claim, news) {
        savings += 1;
        if (savings > leaseLasts) return false;
        for (const record of news)
          if (record.result.status === "judged" || records.get(keyOf(record))?.result.status !== "judged")
            records.set(keyOf(record), record);
        return true;
      },
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is looked at
    readJudgements: async () => ({ turns: flagged ? isFlagged : [], trajectories: [] }) as never,
  });
  const shown = () =>
    [...records.values()].map(({ name, turn, result }) => `${name} ${turn ?? "session"} ${result.status}`);
  return { store, shown };
}

function contextOf(store: ReturnType<typeof scoreStore>["store"], evaluators: readonly Evaluator[]) {
  const signal = new AbortController().signal;
  return { ...judgingContext([], store), evaluators, signal };
}

const busy = () => new JudgeError("rate_limited", "too many", { retryable: true });
const wrongKey = () => new JudgeError("unauthorized", "401", { retryable: true, pausesJudge: true });

describe("an evaluator", () => {
  test("scores every turn and then the session, after the judges, and nothing twice", async () => {
    const [turns, whole] = [measureNamed("a"), measureNamed("b", { of: "session" })];
    const { store, shown } = scoreStore();
    const context = contextOf(store, [evaluatorOf("quality", [turns.measure, whole.measure])]);
    const outcome = await evaluateSession(session, claim, judged, context);
    expect(outcome).toEqual({
      status: "completed",
      judging: [
        { judge: "rules", status: "judged" },
        { judge: "quality", status: "judged" },
      ],
    });
    expect(shown()).toEqual(["a 1 judged", "a 2 judged", "a 3 judged", "b session judged"]);
    await evaluateSession(session, claim, judged, contextOf(store, context.evaluators));
    expect([turns.asked, whole.asked]).toEqual([[1, 2, 3], [0]]);
  });

  test("scores only what changed", async () => {
    const [turns, whole] = [measureNamed("a"), measureNamed("b", { of: "session" })];
    const { store } = scoreStore();
    const context = contextOf(store, [evaluatorOf("quality", [turns.measure, whole.measure])]);
    await evaluateSession(session, claim, judged, context);
    const messages = said.map((message, at) => (at === 5 ? { ...message, content: "changed" } : message));
    await evaluateSession(buildFromMessages({ messages, source: "messages" }), claim, judged, context);
    expect([turns.asked, whole.asked]).toEqual([
      [1, 2, 3, 3],
      [0, 0],
    ]);
  });

  test("scores of a session that takes more messages the answered turns, and no session", async () => {
    const [turns, whole] = [measureNamed("a"), measureNamed("b", { of: "session" })];
    const context = contextOf(scoreStore().store, [evaluatorOf("quality", [turns.measure, whole.measure])]);
    const open: Claim = { ...claim, source: "stream", open: true };
    await evaluateSession(buildFromMessages({ messages: said.slice(0, 4), source: "stream" }), open, judged, context);
    expect([turns.asked.includes(3), whole.asked]).toEqual([false, []]);
  });

  test("that fails for a while is tried again, and does not fail the session; what asks no model goes on", async () => {
    const asking = measureNamed("asking", { asks: "llm", failAt: busy });
    const plain = measureNamed("plain");
    const { store, shown } = scoreStore();
    const context = contextOf(store, [evaluatorOf("quality", [asking.measure, plain.measure])]);
    const outcome = await evaluateSession(session, claim, judged, context);
    expect(outcome).toMatchObject({
      status: "completed",
      error: "quality evaluator: asking: too many",
      retryAt: expect.any(Date) as unknown,
      judging: [{ judge: "rules" }, { judge: "quality", status: "waiting", code: "rate_limited" }],
    });
    expect([asking.asked, plain.asked]).toEqual([[1], [1, 2, 3]]);
    expect(shown()[0]).toBe("asking 1 failed");
  });

  test("that fails for good has the other turns scored, and says which error it was", async () => {
    const failAt = (turn: number) =>
      turn === 2 ? new JudgeError("context_too_long", "too long", { retryable: false }) : undefined;
    const asking = measureNamed("asking", { asks: "llm", failAt });
    const { store, shown } = scoreStore();
    const outcome = await evaluateSession(
      session,
      claim,
      judged,
      contextOf(store, [evaluatorOf("q", [asking.measure])]),
    );
    expect(shown()).toEqual(["asking 1 judged", "asking 2 failed", "asking 3 judged"]);
    expect(outcome).toMatchObject({ judging: [{}, { status: "failed", code: "context_too_long" }] });
    expect(outcome.retryAt).toBeUndefined();
  });

  test("waits while the judge is paused whose model it asks, and pauses it", async () => {
    const asking = measureNamed("asking", { asks: "llm", failAt: wrongKey });
    const other = measureNamed("other", { asks: "llm" });
    const context = contextOf(scoreStore().store, [
      evaluatorOf("first", [asking.measure]),
      evaluatorOf("second", [other.measure]),
    ]);
    const { judging } = await evaluateSession(session, claim, judged, context);
    expect(judging?.map(({ judge, status }) => `${judge} ${status}`)).toEqual([
      "rules judged",
      "first paused",
      "second paused",
    ]);
    expect(context.pauses.of("llm", "default")).toMatchObject({ judge: "llm", code: "unauthorized" });
    expect(other.asked).toEqual([]);
  });

  test("scores again what is to be judged again; the judges are not asked once more because it must try again", async () => {
    const asking = measureNamed("asking", { asks: "llm" });
    const failing = measureNamed("failing", { asks: "llm", failAt: busy });
    const { store } = scoreStore();
    const again: Claim = { ...claim, rejudge: true };
    const one = contextOf(store, [evaluatorOf("q", [asking.measure])]);
    await evaluateSession(session, claim, judged, one);
    expect(await evaluateSession(session, again, judged, one)).toMatchObject({ isRejudged: true });
    expect(asking.asked).toEqual([1, 2, 3, 1, 2, 3]);
    const both = contextOf(store, [evaluatorOf("f", [failing.measure])]);
    const late = { ...judged, retryAt: new Date(0) };
    expect(await evaluateSession(session, again, late, both)).not.toHaveProperty("isRejudged");
    expect(await evaluateSession(session, again, late, both)).toMatchObject({ retryAt: new Date(0) });
  });

  test.each<[string, Partial<Claim>, readonly string[]]>([
    ["by the judge that is named", { rejudge: true, rejudgeBy: "rules" }, []],
    ["by the evaluator that is named", { rejudge: true, rejudgeBy: "b" }, ["b"]],
    ["by the evaluator that is named, and waited anyway", { rejudge: true, rejudgeBy: "b", isDue: true }, ["a", "b"]],
    ["by judges that have not judged it yet", { backfill: {} }, []],
    ["by the evaluator of that name, if it has not yet", { backfill: { judge: "a" } }, ["a"]],
  ])("is asked, of a session that is to be judged %s, only when it is meant", async (_, fields, expected) => {
    const measures = ["a", "b"].map((name) => ({ name, ...measureNamed("m") }));
    const evaluators = measures.map(({ name, measure }) => evaluatorOf(name, [measure]));
    await evaluateSession(session, { ...claim, ...fields }, judged, contextOf(scoreStore().store, evaluators));
    expect(measures.flatMap(({ name, asked }) => (asked.length > 0 ? [name] : []))).toEqual(expected);
  });

  test("looks up what was said before, however many turns there are, instead of going through it for each", async () => {
    const messages = Array.from({ length: 600 }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: "hi",
    }));
    const long = buildFromMessages({ messages, source: "messages" });
    const { measure, asked } = measureNamed("a");
    let looks = 0;
    const records = long.turns.map(({ turn, digest }) => ({
      name: "a",
      version: "1",
      turn,
      digest,
      result: { status: "judged", judgement: { value: 1 } } as const,
      get evaluator() {
        looks += 1;
        return "q";
      },
    }));
    const { store } = scoreStore();
    const known = storeWith({ metricScores: { ...store.metricScores, read: async () => records } });
    await evaluateSession(long, claim, judged, contextOf(known, [evaluatorOf("q", [measure])]));
    expect([long.turns.length, asked]).toEqual([300, []]);
    expect(looks).toBeLessThan(10 * records.length);
  });

  test("that is off is not asked", async () => {
    const { measure, asked } = measureNamed("a");
    const off = { ...evaluatorOf("q", [measure]), off: "no key" };
    expect(await evaluateSession(session, claim, judged, contextOf(scoreStore().store, [off]))).toEqual(judged);
    expect(asked).toEqual([]);
  });

  test("stops when the lease has ended", async () => {
    const { measure, asked } = measureNamed("a");
    const { store } = scoreStore({ leaseLasts: 1 });
    const scoring = evaluateSession(session, claim, judged, contextOf(store, [evaluatorOf("q", [measure])]));
    await expect(scoring).rejects.toBeInstanceOf(LeaseEndedError);
    expect(asked).toEqual([1, 2]);
  });
});

describe("an evaluator that scores what a judge flagged", () => {
  const flaggedBy = { sample: 1, when: { flagged_by: "rules" } };
  const statusWith = async (flagged: boolean, outcome: ReleaseOutcome = judged) => {
    const { measure } = measureNamed("a");
    const context = contextOf(scoreStore({ flagged }).store, [evaluatorOf("q", [measure], flaggedBy)]);
    return (await evaluateSession(session, claim, outcome, context)).judging?.at(-1);
  };

  test("scores that and nothing else", async () => {
    expect(await statusWith(true)).toEqual({ judge: "q", status: "judged" });
    expect(await statusWith(false)).toMatchObject({ judge: "q", status: "skipped", code: "filtered_out" });
  });

  test("waits for a judge that could not say yet", async () => {
    const retryAt = new Date(5000);
    const waiting = { judge: "rules", status: "waiting", code: "timeout", reason: "late", retryAt } as const;
    const outcome: ReleaseOutcome = { status: "completed", retryAt, judging: [waiting] };
    expect(await statusWith(false, outcome)).toMatchObject({ judge: "q", status: "waiting", code: "depends", retryAt });
  });
});
