/** The llm judge's own calls, as spans. */
import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";
import type { TurnJudgement } from "../../src/model/judgement.ts";
import type { Span } from "../../src/model/span.ts";
import { judgeHelpful, promptOf, verdictFor, verdictReply } from "../support/scripted-judge.ts";
import { sessionOf, turnOf } from "../support/small-session.ts";
import { closeJudges, never, startJudge } from "./llm-harness.ts";

afterEach(closeJudges);

const turn = turnOf(1, { userContent: "Where is my secret parcel?" });
const session = sessionOf([turn]);
const judging = { evaluateSafety: false };

async function judged(script: (request: ScriptedRequest) => ScriptedReply, settings = {}) {
  const { judge } = await startJudge(script, settings);
  const spans: Span[] = [];
  const ref = { project: "default", id: "f".repeat(32) };
  const onSpan = (span: Span): void => void spans.push(span);
  const context = { session, ref, judging, onSpan };
  return {
    spans,
    turn: async (): Promise<TurnJudgement> => judge.judgeTurn({ ...context, turn, earlier: [] }, never),
    trajectory: async () => judge.judgeTrajectory({ ...context, turns: [] }, never),
    untraced: async () => judge.judgeTurn({ session, judging, turn, earlier: [] }, never),
    identity: judge.identity,
  };
}

describe("a judgement", () => {
  it("names the trace of the calls that it took", async () => {
    const { turn: judgeTurn, trajectory, spans, identity } = await judged(judgeHelpful);
    const ofTurn = await judgeTurn();
    expect(spans.map(({ traceId, name }) => [traceId, name])).toEqual([
      [ofTurn.traceId, "judge turn 1"],
      [ofTurn.traceId, "chat scripted"],
    ]);
    expect(Object.fromEntries(spans[0]?.attributes ?? [])).toEqual({
      "turnwise.judge.name": "llm",
      "turnwise.judge.version": identity.version,
      "turnwise.session.id": "f".repeat(32),
      "gen_ai.evaluation.name": "turn 1",
      "turnwise.judge.requests": 1n,
      "gen_ai.evaluation.score.value": 1n,
    });
    const whole = await trajectory();
    expect(whole.traceId).not.toBe(ofTurn.traceId);
    expect(spans[2]).toMatchObject({ traceId: whole.traceId, name: "judge trajectory" });
  });

  it("has each try in its trace, with what became of it", async () => {
    const { turn: judgeTurn, spans } = await judged((request) => {
      if (request.number === 1) return { status: 500, body: { error: { message: "busy" } } };
      if (request.number === 2) return verdictReply({ ...verdictFor(promptOf(request)), score: 10 });
      return judgeHelpful(request);
    });
    await judgeTurn();
    const [head, ...calls] = spans;
    expect(head?.status.code).toBe(0);
    expect(calls.map(({ attributes }) => attributes.get("error.type") ?? "answered")).toEqual([
      "provider_error",
      "answered",
      "answered",
    ]);
  });

  it("that failed has a trace too", async () => {
    const { turn: judgeTurn, spans } = await judged(() => ({ status: 401, body: { error: { message: "bad key" } } }));
    await expect(judgeTurn()).rejects.toMatchObject({ code: "unauthorized" });
    expect(spans.map(({ status }) => status.code)).toEqual([2, 2]);
    expect(spans[0]?.attributes.get("error.type")).toBe("unauthorized");
    expect(JSON.stringify(spans.map(({ status }) => status))).not.toContain("sk-test");
  });

  it("that took no call has none", async () => {
    const { turn: judgeTurn, spans } = await judged(judgeHelpful);
    await judgeTurn();
    spans.length = 0;
    expect(await judgeTurn()).not.toHaveProperty("traceId");
    expect(spans).toEqual([]);
  });

  it("whose trace nobody keeps names none", async () => {
    const { untraced, spans } = await judged(judgeHelpful);
    expect(await untraced()).not.toHaveProperty("traceId");
    expect(spans).toEqual([]);
  });

  it("keeps what was said out of its trace unless the configuration asks for it", async () => {
    const said = ({ spans }: { spans: readonly Span[] }) =>
      spans.flatMap(({ attributes }) => [...attributes.values()].map(String)).join("\n");
    const quiet = await judged(judgeHelpful);
    await quiet.turn();
    expect(said(quiet)).not.toContain("secret parcel");
    const open = await judged(judgeHelpful, { trace_content: true });
    await open.turn();
    expect(said(open)).toContain("secret parcel");
    expect(said(open)).toContain("on the whole");
  });
});
