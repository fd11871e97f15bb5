/** A judge model that gives the answers of a script, read by their schemas as the LLM client reads them; it keeps what it was asked. */
import type { AskMetricModel, MetricQuestion, ScoringNeeds } from "../../../src/evaluation/item-metrics/item-metric.ts";
import { parseAnswer } from "../../../src/llm/converse.ts";
import { JudgeError } from "../../../src/model/errors.ts";

export interface ScriptedAsk {
  readonly questions: readonly MetricQuestion<unknown>[];
  readonly needs: ScoringNeeds;
}

/** Answers in turn: a text as it is, anything else as JSON, an error thrown. */
export function scriptAsk(...answers: readonly unknown[]): ScriptedAsk {
  const questions: MetricQuestion<unknown>[] = [];
  const ask: AskMetricModel = async (question, signal) => {
    signal.throwIfAborted();
    const answer = answers[questions.push(question) - 1];
    if (answer === undefined) throw new Error("asked too often");
    if (answer instanceof Error) throw answer;
    const parsed = parseAnswer(typeof answer === "string" ? answer : JSON.stringify(answer), question.schema);
    if ("problem" in parsed) throw new JudgeError("invalid_answer", parsed.problem, { retryable: false });
    return { value: parsed.value };
  };
  return { questions, needs: { ask, signal: new AbortController().signal } };
}
