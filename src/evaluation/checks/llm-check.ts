import { EvaluationError } from "../evaluation-error.ts";
import type { ModelClient, ModelReply } from "../model-client.ts";
import { formatTemplate } from "../python-format.ts";

export interface LlmCheck<Result> {
  readonly client: ModelClient;
  /** With a field `{name}` for each variable. */
  readonly template: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Only ever gets replies of status 200. */
  readonly postProcess: (reply: ModelReply) => Result;
}

/**
 * What is made of a model's answer to a filled template. Rejects with EvaluationError 050000 when it does not answer, and with
 * InvalidInputError, unasked, when the template cannot be filled. Source: agent_inspect's `llm_check`.
 */
export async function llmCheck<Result>(check: LlmCheck<Result>): Promise<Result> {
  const { client, template, variables, postProcess } = check;
  const reply = await client.ask({ prompt: formatTemplate(template, variables) });
  if (reply.status === 200) return postProcess(reply);
  const reason = reply.error === undefined ? "" : `: ${reply.error}`;
  throw new EvaluationError("050000", `The judge model did not answer (status ${reply.status})${reason}`);
}
