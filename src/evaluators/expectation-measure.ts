import { createHash } from "node:crypto";
import type { Measure, Measured } from "../component/evaluator.ts";
import { EvaluationError, InvalidInputError } from "../evaluation/evaluation-error.ts";
import { toModelClient } from "../evaluation/to-model-client.ts";
import type { Validate } from "../evaluation/validators/validator.ts";
import { createValidator, type ExpectationConfig } from "../evaluation/validators/validators.ts";
import type { LlmClient } from "../llm/llm-client.ts";
import { JudgeError } from "../model/errors.ts";
import type { BuiltSession } from "../model/session.ts";
import { asksModel } from "./asks-model.ts";
import { nameOf } from "./evaluator-config.ts";
import type { AskedModel } from "./metric-measure.ts";

/** To be raised when what a validator says of the same session may change. */
const validatorsVersion = 1;

/** An expectation, of sessions as a whole: 1 when it holds, else 0; null where it cannot be told. */
export function toExpectationMeasure(expectation: ExpectationConfig, model: AskedModel | undefined): Measure {
  const asked = asksModel(expectation) ? model : undefined;
  const common = { name: nameOf(expectation), of: "session", version: versionOf(expectation, asked) } as const;
  if (asked !== undefined) return { ...common, asks: asked.judge, score: scoreByModel(expectation, asked) };
  let validate: Validate | undefined;
  return { ...common, score: async ({ session }) => measure((validate ??= createValidator(expectation)), session) };
}

/** What it is called changes nothing. */
function versionOf(expectation: ExpectationConfig, asked: AskedModel | undefined): string {
  const content = { ...expectation, name: undefined };
  const model = asked && [asked.model, asked.temperature];
  return createHash("sha256")
    .update(JSON.stringify([validatorsVersion, content, model]))
    .digest("hex")
    .slice(0, 16);
}

async function measure(validate: Validate, session: BuiltSession): Promise<Measured> {
  try {
    const { passed, explanation } = await validate(session);
    return { value: passed ? 1 : 0, label: passed ? "passed" : "failed", explanation };
  } catch (error) {
    if (error instanceof InvalidInputError) return { value: null, explanation: error.reason };
    throw error;
  }
}

/** Validators take whatever keeps a model from answering for a missing grade; here it is what decides when it is asked again. */
function scoreByModel(expectation: ExpectationConfig, model: AskedModel): Measure["score"] {
  return async ({ session, ref }, signal) => {
    const { llm, failure } = notingFailures(model.llm);
    const { maxOutputTokens } = model;
    const client = toModelClient(llm, { maxOutputTokens, signal, scope: { ref, purpose: nameOf(expectation) } });
    try {
      return await measure(createValidator(expectation, { client }), session);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw failure() ?? new JudgeError("invalid_answer", error.reason, { retryable: true, cause: error });
    }
  };
}

function notingFailures(llm: LlmClient): { readonly llm: LlmClient; readonly failure: () => JudgeError | undefined } {
  let last: JudgeError | undefined;
  const completeText: LlmClient["completeText"] = async (request) => {
    try {
      return await llm.completeText(request);
    } catch (error) {
      if (error instanceof JudgeError) last = error;
      throw error;
    }
  };
  return { llm: { ...llm, completeText }, failure: () => last };
}
