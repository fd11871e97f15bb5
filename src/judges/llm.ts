/** Judges by language models behind any OpenAI-compatible endpoint. What they cannot judge is an error, never a score. */
import type { Telemetry } from "../component/component.ts";
import type { JudgeFactory } from "../component/judge.ts";
import { readPrompts } from "../evaluation/prompts/prompts.ts";
import { toolCallsOf } from "../evaluation/prompts/shown-turn.ts";
import { toTrajectoryJudgement, toTurnJudgement } from "../evaluation/prompts/to-judgement.ts";
import { buildTrajectoryPrompt } from "../evaluation/prompts/trajectory-prompt.ts";
import { buildTurnPrompt } from "../evaluation/prompts/turn-prompt.ts";
import { trajectoryVerdict, turnVerdict } from "../evaluation/prompts/verdicts.ts";
import { trajectoryBallot, turnBallot } from "../evaluation/voting/merge-verdicts.ts";
import { createMemoryLedger } from "../llm/memory-ledger.ts";
import { JudgeError } from "../model/errors.ts";
import { askJury, type Decided, type JuryQuestion, type Scored, type TrialReport } from "./llm/ask-jury.ts";
import { createJury } from "./llm/create-jury.ts";
import { identify } from "./llm/identify.ts";
import { jurorsOf, llmConfigSchema, type LlmJudgeConfig } from "./llm/llm-config.ts";
import { traceJudgement } from "./llm/trace-judgement.ts";

const off = "no API key: set TURNWISE_LLM_API_KEY";

export const llmJudge: JudgeFactory<LlmJudgeConfig> = {
  type: "llm",
  description: "Judges turns and trajectories with language models behind any OpenAI-compatible endpoint.",
  configSchema: llmConfigSchema,
  create(config, { id, telemetry, ledger = createMemoryLedger(), answers }) {
    const prompts = readPrompts();
    const identity = identify(id, config, prompts.hash);
    const jury = config.api_key === "" ? undefined : createJury(config, { judge: id, ledger, answers });
    const content = config.trace_content;

    const ask = async <Verdict extends Scored>(question: Asked<Verdict>): Promise<Decided<Verdict>> => {
      if (jury === undefined) throw new JudgeError("off", off, { retryable: false, pausesJudge: true });
      return askJury(jury, config.trials, {
        ...question,
        maxOutputTokens: config.max_output_tokens,
        version: identity.version,
        onTrial: (trial) => countTrial(telemetry, id, trial),
      });
    };

    return {
      identity,
      requests: jurorsOf(config).flatMap(({ price }) =>
        Array.from({ length: config.trials }, () => (price === undefined ? {} : { price })),
      ),
      selection: { sample: config.sample, when: config.when },
      ...(jury === undefined ? { off } : {}),
      async judgeTurn({ session, ref, judging, turn, earlier, onSpan }, signal) {
        const { evaluateSafety } = judging;
        const prompt = buildTurnPrompt({ session, turn, earlier, evaluateSafety }, prompts, config.max_input_tokens);
        if (prompt === undefined) throw tooLong(`Turn ${turn.turn}`, config);
        const purpose = `turn ${turn.turn}`;
        return traceJudgement({ ref, onSpan }, { judge: identity, purpose, content }, async (onRequest) => {
          const { verdict, voted, ...spent } = await ask({
            prompt,
            schema: turnVerdict(toolCallsOf(turn).length, evaluateSafety),
            schemaName: "turn_verdict",
            ballot: turnBallot,
            ...(ref === undefined ? {} : { scope: { ref, purpose } }),
            ...(onRequest === undefined ? {} : { onRequest }),
            signal,
          });
          return { ...toTurnJudgement(verdict, turn, { judge: identity, prompt, ...spent }), ...voted };
        });
      },
      async judgeTrajectory({ session, ref, judging, turns, onSpan }, signal) {
        const prompt = buildTrajectoryPrompt({ session, judging, turns }, prompts, config.max_input_tokens);
        if (prompt === undefined) throw tooLong("The session", config);
        const purpose = "trajectory";
        return traceJudgement({ ref, onSpan }, { judge: identity, purpose, content }, async (onRequest) => {
          const { verdict, voted, ...spent } = await ask({
            prompt,
            schema: trajectoryVerdict(session.turns.length),
            schemaName: "trajectory_verdict",
            ballot: trajectoryBallot,
            ...(ref === undefined ? {} : { scope: { ref, purpose } }),
            ...(onRequest === undefined ? {} : { onRequest }),
            signal,
          });
          return { ...toTrajectoryJudgement(verdict, { judge: identity, prompt, ...spent }), ...voted };
        });
      },
      async shutdown() {
        for (const { client } of jury ?? []) client.close();
      },
    };
  },
};

type Asked<Verdict extends Scored> = Omit<JuryQuestion<Verdict>, "maxOutputTokens" | "version" | "onTrial">;

function countTrial(telemetry: Telemetry, judge: string, { model, outcome, usage, costUsd }: TrialReport): void {
  telemetry.count("turnwise_judge_trials", { judge, model, outcome }, 1);
  if (usage !== undefined) {
    telemetry.count("turnwise_judge_input_tokens", { judge }, usage.inputTokens);
    telemetry.count("turnwise_judge_output_tokens", { judge }, usage.outputTokens);
  }
  if (costUsd !== undefined) telemetry.count("turnwise_judge_cost_usd", { judge }, costUsd);
}

function tooLong(what: string, { max_input_tokens }: LlmJudgeConfig): JudgeError {
  const message = `${what} does not fit into ${max_input_tokens} tokens (max_input_tokens), however shortened`;
  return new JudgeError("context_too_long", message, { retryable: false });
}
