/** What keeps the llm judge from judging: it pauses, says why, and judges again by itself once that is mended. */
import { afterEach, describe, expect, test } from "vitest";
import { startScriptedModel, type ScriptedReply } from "../../examples/scripted-model.mjs";
import type { Claim } from "../../src/component/store.ts";
import type { Judge } from "../../src/component/judge.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { judgeSession } from "../../src/service/judge-session.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { judgementStore, judgingContext } from "../support/judging-context.ts";
import { judgeHelpful } from "../support/scripted-judge.ts";
import { createJudge } from "./llm-harness.ts";

const cleanUp: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

let said = 0;

/** One that nobody has an answer about. */
function newSession() {
  said += 1;
  const messages = [
    { role: "user", content: `Hello ${said}` },
    { role: "assistant", content: "Hi!" },
  ];
  return buildFromMessages({ messages, source: "messages" });
}

const claimOf = (id: string, project = "default"): Claim => ({
  project,
  id,
  lease: "l",
  source: "messages",
  judging: { evaluateSafety: false },
  factsVersion: 1,
  revision: 1,
  attempts: 1,
  rejudge: false,
});
const never = new AbortController().signal;

/** Judges one session after the other with a clock that only the pauses see. */
function judging(judge: Judge) {
  const clock = { now: Date.now() };
  const { store } = judgementStore();
  const context = judgingContext([judge], store);
  const pauses = createJudgePauses(context.logger, context.telemetry, { now: () => clock.now });
  return {
    clock,
    context,
    judge: async (claim: Claim) =>
      judgeSession(newSession(), claim, never, { ...context, pauses, store: judgementStore().store }),
  };
}

const refusal = (status: number, error: object = {}, headers: Record<string, string> = {}): ScriptedReply => ({
  status,
  headers,
  body: { error: { message: "no", ...error } },
});

const causes: [what: string, reply: ScriptedReply, code: string][] = [
  ["a wrong key", refusal(401), "unauthorized"],
  ["no credit", refusal(402), "payment_required"],
  ["a key that may not", refusal(403), "forbidden"],
  ["a model that there is not", refusal(404, { code: "model_not_found" }), "not_found"],
  ["a quota that is used up", refusal(429, { code: "insufficient_quota" }), "insufficient_quota"],
  ["another address than it was", refusal(308, {}, { location: "http://127.0.0.1/" }), "redirected"],
];

describe("the llm judge", () => {
  test.each(causes)(
    "is paused by %s, asks nothing meanwhile, and goes on once that is mended",
    async (_, reply, code) => {
      let mended = false;
      const model = await startScriptedModel((request) => (mended ? judgeHelpful(request) : reply));
      const judge = createJudge({ api_key: "sk-test-4f9c2a7b1e8d6053", base_url: model.url, model: "scripted" });
      cleanUp.push(
        () => judge.shutdown?.(),
        () => model.close(),
      );
      const { clock, context, judge: judgeIt } = judging(judge);
      const first = await judgeIt(claimOf("one"));
      expect(first.judging).toEqual([
        {
          judge: "llm",
          status: "paused",
          code,
          reason: expect.any(String) as unknown,
          retryAt: new Date(clock.now + 60_000),
        },
      ]);
      expect((await judgeIt(claimOf("two", "other"))).judging).toEqual(first.judging);
      expect(model.requests).toHaveLength(1);
      expect(context.telemetry.show()).toContain(`turnwise_judge_failures{judge="llm",code="${code}"} 1\n`);
      mended = true;
      clock.now += 60_000;
      expect((await judgeIt(claimOf("one"))).judging).toEqual([{ judge: "llm", status: "judged" }]);
      expect(context.logger.lines.map(({ message }) => message)).toEqual([
        "a judge is paused, it cannot judge",
        "a judge that was paused judges again",
      ]);
    },
  );

  test("is paused by a host that there is not", async () => {
    const judge = createJudge({ api_key: "sk-test", base_url: "http://no-such-host.invalid/v1", max_attempts: 1 });
    cleanUp.push(() => judge.shutdown?.());
    expect((await judging(judge).judge(claimOf("one"))).judging).toMatchObject([
      { status: "paused", code: "dns_failure" },
    ]);
  });

  test("stops at a project's ceiling there until the day ends, and judges in the others", async () => {
    const model = await startScriptedModel(judgeHelpful);
    const judge = createJudge({
      api_key: "sk-test-4f9c2a7b1e8d6053",
      base_url: model.url,
      model: "scripted",
      max_output_tokens: 1000,
      project_budget: { tokens: 8000 },
    });
    cleanUp.push(
      () => judge.shutdown?.(),
      () => model.close(),
    );
    const { judge: judgeIt } = judging(judge);
    const outcomes = [];
    for (let number = 0; number < 12; number++) outcomes.push((await judgeIt(claimOf(`${number}`))).judging?.[0]);
    const paused = outcomes.find(({ status } = { judge: "", status: "judged" }) => status === "paused");
    const midnight = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000).getTime();
    expect(paused).toMatchObject({
      code: "budget_exhausted",
      reason: "The project's budget for the day for model calls has no room for another one",
    });
    expect(Math.abs(paused!.retryAt!.getTime() - midnight)).toBeLessThan(5000);
    expect(model.requests.length * 1000).toBeLessThanOrEqual(8000);
    expect((await judgeIt(claimOf("elsewhere", "other"))).judging).toMatchObject([{ status: "judged" }]);
  });

  test("stops at a session's ceiling there for good, and judges the others", async () => {
    const model = await startScriptedModel(judgeHelpful);
    const settings = { max_output_tokens: 1000, session_budget: { tokens: 5000 } };
    const judge = createJudge({
      api_key: "sk-test-4f9c2a7b1e8d6053",
      base_url: model.url,
      model: "scripted",
      ...settings,
    });
    cleanUp.push(
      () => judge.shutdown?.(),
      () => model.close(),
    );
    const { judge: judgeIt } = judging(judge);
    const asked = async (id: string) => (await judgeIt({ ...claimOf(id), rejudge: true })).judging?.[0];
    const statuses = [];
    for (let time = 0; time < 6; time++) statuses.push(await asked("one"));
    expect(statuses.at(-1)).toEqual({
      judge: "llm",
      status: "failed",
      code: "budget_exhausted",
      reason: "The session's budget for model calls has no room for another one",
    });
    expect(model.requests.length * 1000).toBeLessThanOrEqual(5000);
    expect(await asked("two")).toMatchObject({ status: "judged" });
  });
});
