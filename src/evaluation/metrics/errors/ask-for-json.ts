import type { ZodType } from "zod";
import type { JsonSchema } from "../../../llm/json-schema.ts";
import { EvaluationError, type EvaluationErrorCode } from "../../evaluation-error.ts";
import type { ModelClient } from "../../model-client.ts";

export interface JsonQuestion<Answer> {
  readonly system: string;
  readonly prompt: string;
  /** What the model is told of the answer's shape. */
  readonly schema: JsonSchema;
  /** What the answer must fit. */
  readonly answer: ZodType<Answer>;
  /** For JSON of another shape. */
  readonly misfit: EvaluationErrorCode;
}

const attempts = 5;

/**
 * The model's answer. One that is no JSON is asked for again, five times in all. Throws EvaluationError 080017 as soon as the
 * model does not answer, 080014 when no attempt gave JSON, `misfit` for JSON that does not fit.
 */
export async function askForJson<Answer>(client: ModelClient, question: JsonQuestion<Answer>): Promise<Answer> {
  const { system, prompt, schema, answer, misfit } = question;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const reply = await client.ask({ system, prompt, schema });
    if (reply.status !== 200)
      throw new EvaluationError("080017", `the model did not answer (status ${reply.status})`, { cause: reply.error });
    const json = parseJson(reply.text ?? "");
    if (json === undefined) continue;
    const parsed = answer.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new EvaluationError(misfit, "the model's answer is not of the shape that was asked for");
  }
  throw new EvaluationError("080014", `the model gave no JSON in ${attempts} attempts`);
}

/** JSON itself is never undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
