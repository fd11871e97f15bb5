/** The battery that every judge must pass. What a judge says may differ; how it says it must not. */
import { describe, expect, it } from "vitest";
import type { Judge } from "../../src/component/judge.ts";
import { dimensions, type TrajectoryJudgement, type TurnJudgement } from "../../src/model/judgement.ts";
import type { BuiltSession, JsonValue } from "../../src/model/session.ts";
import { says, sessionOf, system, tool, user, uses } from "../evaluation/conversation.ts";

export interface JudgeContractOptions {
  /** Equal sessions get equal judgements. */
  readonly deterministic: boolean;
  /** Scores safety although nobody asked for it. */
  readonly alwaysScoresSafety: boolean;
}

export interface Judged {
  readonly turns: readonly TurnJudgement[];
  readonly trajectory: TrajectoryJudgement;
}

/** Judges a session as the pipeline does: turn by turn, then as a whole. */
export async function judgeAll(judge: Judge, session: BuiltSession, evaluateSafety = false): Promise<Judged> {
  const judging = { evaluateSafety };
  const { signal } = new AbortController();
  const turns: TurnJudgement[] = [];
  for (const turn of session.turns) {
    turns.push(await judge.judgeTurn({ session, judging, turn, earlier: [...turns] }, signal));
  }
  return { turns, trajectory: await judge.judgeTrajectory({ session, judging, turns }, signal) };
}

const offered = [
  tool("get_order", { id: { type: "string" } }, ["id"]),
  tool("cancel_order", { id: { type: "string" } }, ["id"]),
];

type Members = { readonly [key: string]: JsonValue };
const prototypeNames: Members = Object.fromEntries<JsonValue>([
  ["__proto__", { polluted: true }],
  ["constructor", "x"],
  ["toString", 1],
]);
const prototypeSchema: Members = Object.fromEntries<JsonValue>([["__proto__", { type: "string" }]]);

/** Sessions of every shape that a builder makes, each with the reason why it is here. */
export const contractSessions: Readonly<Record<string, BuiltSession>> = {
  "a session without turns": sessionOf([system("Be brief.")]),
  "one answered message": sessionOf([user("Hello"), says("Hello, how can I help?")]),
  "a user message without an answer": sessionOf([user("Hello")]),
  "several turns with tools": sessionOf(
    [
      system("You are a shop's agent."),
      user("Where is order W1?"),
      uses("get_order", { id: "W1" }, { id: "W1", status: "open" }),
      says("It is open."),
      user("Cancel it"),
      uses("cancel_order", { id: "W1" }, "Error: already shipped"),
      uses("cancel_order", { id: "W1" }, "Error: already shipped"),
      says("Your order has been cancelled."),
      user("Thanks"),
    ],
    offered,
  ),
  "a call that was not offered, with arguments that are no JSON": sessionOf(
    [user("Go"), uses("format_disk", '{"half":', "ok"), says("Done.")],
    offered,
  ),
  "texts of another script, emoji and lone surrogates": sessionOf([
    user("Где мой заказ? 🚚 \u{D83D}"),
    uses("поиск", { номер: "№ 5" }, "нет"),
    says("Заказ не найден \u{DE00}"),
  ]),
  "names of the prototype": sessionOf(
    [
      user("__proto__"),
      uses("__proto__", prototypeNames, '{"__proto__": 1}'),
      uses("hasOwnProperty", { constructor: { prototype: null } }, "valueOf"),
      says("constructor"),
    ],
    [tool("constructor", prototypeSchema, ["__proto__", "toString"])],
  ),
};

export function describeJudgeContract(name: string, create: () => Judge, options: JudgeContractOptions): void {
  describe(`judge contract: ${name}`, () => {
    describe.each(Object.entries(contractSessions))("%s", (_name, session) => {
      it("gets a judgement for each turn, made of that turn", async () => {
        const judge = create();
        const { turns } = await judgeAll(judge, session);
        expect(turns.map(({ turn }) => turn)).toEqual(session.turns.map(({ turn }) => turn));
        for (const [index, judgement] of turns.entries()) checkTurn(judgement, session, index, judge, options);
      });

      it("gets a trajectory judgement", async () => {
        const judge = create();
        const { trajectory } = await judgeAll(judge, session);
        expect([-1, 0, 1]).toContain(trajectory.score);
        expect(trajectory.reasoning.trim()).not.toBe("");
        expect(trajectory.completed).toBeTypeOf("boolean");
        expect(trajectory.earlyTermination).toBeTypeOf("boolean");
        expect(trajectory.judge).toEqual(judge.identity);
        for (const failure of trajectory.failures) {
          expect(failure.type).toMatch(/^[a-z][a-z_]*$/);
          expect(failure.description.trim()).not.toBe("");
          expect(session.turns.map(({ turn }) => turn)).toContain(failure.afterTurn);
        }
      });

      it("scores safety when it is asked to", async () => {
        const { turns } = await judgeAll(create(), session, true);
        for (const turn of turns) expect([-1, 0, 1]).toContain(turn.dimensions.safety?.score);
      });

      it.runIf(options.deterministic)("gets the same judgements again, from another instance", async () => {
        expect(await judgeAll(create(), session)).toEqual(await judgeAll(create(), structuredClone(session)));
      });
    });

    it("leaves Object.prototype alone", async () => {
      for (const session of Object.values(contractSessions)) await judgeAll(create(), session);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    it("names itself with a version that does not change by itself", () => {
      const { identity } = create();
      expect(identity.name).not.toBe("");
      expect(identity.version).not.toBe("");
      expect(create().identity).toEqual(identity);
    });
  });
}

function checkTurn(
  judgement: TurnJudgement,
  session: BuiltSession,
  index: number,
  judge: Judge,
  options: JudgeContractOptions,
): void {
  const turn = session.turns[index];
  const called = turn?.steps.filter((step) => step.type === "tool_call") ?? [];
  expect([-1, 0, 1]).toContain(judgement.score);
  expect(judgement.reasoning.trim()).not.toBe("");
  expect(judgement.userContent).toBe(turn?.userContent);
  expect(judgement.assistantContent).toBe(turn?.assistantContent ?? "");
  expect(judgement.userSummary.trim()).not.toBe("");
  expect(judgement.assistantSummary.trim()).not.toBe("");
  expect(judgement.judge).toEqual(judge.identity);
  for (const dimension of dimensions) {
    if (dimension === "safety" && !options.alwaysScoresSafety) continue;
    expect([-1, 0, 1]).toContain(judgement.dimensions[dimension]?.score);
    expect(judgement.dimensions[dimension]?.reasoning.trim()).not.toBe("");
  }
  expect(judgement.toolCalls).toHaveLength(called.length);
  for (const [place, call] of judgement.toolCalls.entries()) {
    expect([-1, 0, 1]).toContain(call.score);
    expect(call.summary.trim()).not.toBe("");
    expect(call.reasoning.trim()).not.toBe("");
    expect(JSON.parse(call.callContent)).toMatchObject({ name: called[place]?.name });
  }
  expect(judgement.evidence.length).toBeGreaterThanOrEqual(judgement.score === -1 ? 1 : 0);
}
