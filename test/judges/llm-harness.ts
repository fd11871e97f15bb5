import { startScriptedModel, type ScriptedReply, type ScriptedRequest } from "../../examples/scripted-model.mjs";
import type { Judge } from "../../src/component/judge.ts";
import { llmJudge } from "../../src/judges/llm.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import type { BuiltSession, JudgingOptions, Turn } from "../../src/model/session.ts";
import { recordingLogger } from "../support/recording-logger.ts";

export const never = new AbortController().signal;

export interface Counted {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly by: number;
}

export function createJudge(
  settings: Readonly<Record<string, unknown>>,
  id = "llm",
): Judge & { counted: readonly Counted[] } {
  const counted: Counted[] = [];
  const telemetry = {
    count: (name: string, labels: Readonly<Record<string, string>>, by: number) =>
      void counted.push({ name, labels, by }),
    gauge: () => {},
  };
  const judge = llmJudge.create(llmJudge.configSchema.parse(settings), { id, logger: recordingLogger(), telemetry });
  return { ...judge, counted };
}

export interface JudgeHarness {
  readonly judge: ReturnType<typeof createJudge>;
  readonly requests: readonly ScriptedRequest[];
  readonly judgeTurn: (session: BuiltSession, turn: Turn, more?: TurnOptions) => Promise<TurnJudgement>;
  readonly judgeTrajectory: (session: BuiltSession, more?: TrajectoryOptions) => Promise<TrajectoryJudgement>;
}

interface TurnOptions extends Partial<JudgingOptions> {
  readonly earlier?: readonly TurnJudgement[];
}

interface TrajectoryOptions extends Partial<JudgingOptions> {
  readonly turns?: readonly TurnJudgement[];
}

const toClose: (() => Promise<void> | undefined)[] = [];

/** To be called after each test. */
export async function closeJudges(): Promise<void> {
  for (const close of toClose.splice(0)) await close();
}

/** A judge whose model is a script on this machine. */
export async function startJudge(
  script: (request: ScriptedRequest) => ScriptedReply,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<JudgeHarness> {
  const model = await startScriptedModel(script);
  const judge = createJudge({
    api_key: "sk-test-4f9c2a7b1e8d6053",
    base_url: model.url,
    model: "scripted",
    ...settings,
  });
  toClose.push(
    () => judge.shutdown?.(),
    () => model.close(),
  );
  return {
    judge,
    requests: model.requests,
    judgeTurn: (session, turn, { earlier = [], ...judging } = {}) =>
      judge.judgeTurn({ session, turn, earlier, judging: { evaluateSafety: false, ...judging } }, never),
    judgeTrajectory: (session, { turns = [], ...judging } = {}) =>
      judge.judgeTrajectory({ session, turns, judging: { evaluateSafety: false, ...judging } }, never),
  };
}
