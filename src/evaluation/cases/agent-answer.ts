/** What an agent answers in a turn. The JSON is agent-evals' AgentResult (VD), of which only `output` is required. */
import type { Step } from "@turnwise/instrumentation/guards";
import { z } from "zod";
import type { JsonValue } from "../../model/session.ts";
import type { CalledTool, CompleteResult, ReasoningStep } from "../agent-evaluator/agent-result.ts";
import { AgentError } from "./agent-error.ts";

/** As JSON has it. */
export interface AgentToolCall extends CalledTool {
  readonly arguments: JsonValue;
  readonly result?: JsonValue | undefined;
}

/** What `AgentEvaluator`'s agents return of a whole task, here of one turn. */
export interface AgentAnswer extends CompleteResult {
  readonly toolCalls: readonly AgentToolCall[];
}

/** What the user said, and what the agent did about it. */
export interface AnsweredTurn extends AgentAnswer {
  readonly input: string;
}

/** Absent and null are the same. */
function orAbsent<Value>(schema: z.ZodType<Value>) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** JSON keeps no undefined, and a call's result may be null. */
const json = z.json().optional();

const toolCallSchema = z
  .looseObject({ name: z.string().min(1), arguments: json, result: json, error: orAbsent(z.string()) })
  .transform(({ name, arguments: toolArguments = {}, result, error }): AgentToolCall => {
    return { name, arguments: toolArguments, result, error: error === "" ? undefined : error };
  });

const thoughtSchema = z
  .looseObject({ thought: z.string(), action: orAbsent(z.string()), observation: orAbsent(z.string()) })
  .transform(({ thought, action, observation }): ReasoningStep => ({ thought, action, observation }));

const answerSchema = z
  .looseObject({
    output: z.string(),
    tool_calls: orAbsent(z.array(toolCallSchema)),
    reasoning_trace: orAbsent(z.array(thoughtSchema)),
    steps_taken: orAbsent(z.int().min(0)),
    estimated_cost_usd: orAbsent(z.number().min(0)),
    model: orAbsent(z.string()),
    output_tokens: orAbsent(z.int().min(0)),
  })
  .transform(
    ({ output, tool_calls, reasoning_trace, steps_taken, estimated_cost_usd, output_tokens, model }): AgentAnswer => ({
      output,
      toolCalls: tool_calls ?? [],
      reasoningTrace: reasoning_trace ?? [],
      stepsTaken: steps_taken,
      costUsd: estimated_cost_usd,
      model,
      outputTokens: output_tokens,
    }),
  );

/** A text alone is the output. Throws an AgentError for what is no answer; it names the place, never what stands there. */
export function toAnswer(value: unknown): AgentAnswer {
  const parsed = parsedAnswer(typeof value === "string" ? { output: value } : value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = z.core.toDotPath(issue?.path ?? []);
  throw new AgentError("bad_answer", `the answer is none: ${place === "" ? "" : `${place}: `}${issue?.message ?? ""}`);
}

function parsedAnswer(value: unknown) {
  try {
    return answerSchema.safeParse(value);
  } catch (cause) {
    // The end of the stack.
    throw new AgentError("bad_answer", "the answer is none: it is nested too deeply", { cause });
  }
}

/** As toAnswer, of JSON text, which may begin with a byte order mark, as PowerShell's does. */
export function parseAnswer(text: string): AgentAnswer {
  const json = text.trim();
  if (json === "") throw new AgentError("bad_answer", "the answer is empty");
  return toAnswer(parseJson(json));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own sentence quotes what the agent wrote.
    throw new AgentError("bad_answer", `the answer is not JSON: ${JSON.stringify(text.slice(0, 100))}`, { cause });
  }
}

const stepSchema = z
  .looseObject({
    type: z.enum(["model_call", "tool_call"]).default("tool_call"),
    name: orAbsent(z.string()),
    arguments: json,
    cost_usd: orAbsent(z.number().min(0)),
  })
  .transform(({ type, name, arguments: toolArguments, cost_usd }): Step => {
    return {
      type,
      ...(name === undefined ? {} : { name }),
      ...(toolArguments === undefined ? {} : { arguments: toolArguments }),
      ...(cost_usd === undefined ? {} : { costUsd: cost_usd }),
    };
  });

/** A step as an agent tells it before it takes it. Throws an AgentError for what is none. */
export function toStep(value: unknown): Step {
  const parsed = stepSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AgentError("bad_answer", `the step is none: ${parsed.error.issues[0]?.message ?? ""}`);
}

/** What was answered in all turns as one answer: the last output, and everything that was done for it. */
export function wholeAnswer(turns: readonly AgentAnswer[]): AgentAnswer {
  return {
    output: turns.at(-1)?.output ?? "",
    toolCalls: turns.flatMap(({ toolCalls }) => toolCalls),
    reasoningTrace: turns.flatMap(({ reasoningTrace }) => reasoningTrace),
    stepsTaken: sumOf(turns.map(({ stepsTaken }) => stepsTaken)),
    costUsd: sumOf(turns.map(({ costUsd }) => costUsd)),
    model: turns.at(-1)?.model,
    outputTokens: sumOf(turns.map(({ outputTokens }) => outputTokens)),
  };
}

/** Of those that there are. */
function sumOf(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, number) => sum + number, 0);
}
