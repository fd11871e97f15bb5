/** A simulated user, who talks with an agent until a task is done. Source: agent_inspect's user proxy. */
import { readFileSync } from "node:fs";
import { EvaluationError, InvalidInputError, type EvaluationErrorCode } from "../../evaluation-error.ts";
import type { ModelClient } from "../../model-client.ts";
import { fillTemplate } from "../../prompts/prompts.ts";
import { strip } from "../../python-text.ts";
import { type ProxyTurn, renderHistory } from "./render-history.ts";

export interface UserProxyOptions {
  readonly client: ModelClient;
  /** What the user wants, as told to the user. */
  readonly taskSummary: string;
  /** What must be so for the user to be done; at least one. */
  readonly terminatingConditions: readonly string[];
  /** All of the conditions count (the default), or only the first, as in agent_inspect, which does not tell the user the others. */
  readonly conditions?: "all" | "first";
  readonly agentDescription?: string;
  /** What the user says first, without asking the model. */
  readonly initialMessage?: string;
  /** `expert`: says what is needed, exactly (the default). `non_expert`: vague, leaves things out. */
  readonly persona?: "expert" | "non_expert";
}

export interface UserProxyMessage {
  readonly text: string;
  /** What the user ended the conversation by. Absent: it goes on. */
  readonly check?: string;
}

/**
 * The user's next message. Throws EvaluationError 060010 when the model gives no reflection, 060011 when it gives no message.
 */
export type UserProxy = (history: readonly ProxyTurn[]) => Promise<UserProxyMessage>;

/** What the simulated user writes when the task is done. */
export const stopSequence = "END_CONVERSATION";

const readTemplate = (name: "expert" | "non-expert" | "reflection" | "reply"): string =>
  readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8").trim();

/** Throws InvalidInputError 060008 for a blank task, and without a condition or for a blank one. */
export function createUserProxy(options: UserProxyOptions): UserProxy {
  const { client, initialMessage = "", persona = "expert" } = options;
  checkOptions(options);
  const check = options.terminatingConditions.slice(0, options.conditions === "first" ? 1 : Infinity).join(" ");
  const system = fillTemplate(readTemplate(persona === "expert" ? "expert" : "non-expert"), {
    task: withFullStop(options.taskSummary),
    conditions: check,
    agent: options.agentDescription ?? "",
  });
  const templates = { reflection: readTemplate("reflection"), reply: readTemplate("reply") };
  return async (turns) => {
    if (turns.length === 0 && initialMessage !== "") return { text: initialMessage };
    const told = { history: renderHistory(turns), stop: stopSequence };
    const reflection = await say(client, system, fillTemplate(templates.reflection, told), "060010");
    const text = await say(client, system, fillTemplate(templates.reply, { ...told, reflection }), "060011");
    return text.includes(stopSequence) ? { text, check } : { text };
  };
}

async function say(client: ModelClient, system: string, prompt: string, fault: EvaluationErrorCode): Promise<string> {
  const { status, text, error } = await client.ask({ system, prompt });
  if (status !== 200)
    throw new EvaluationError(fault, `the user's model did not answer (status ${status})`, { cause: error });
  const said = strip(text ?? "");
  if (said === "") throw new EvaluationError(fault, "the user's model answered without text");
  return said;
}

function checkOptions({ taskSummary, terminatingConditions }: UserProxyOptions): void {
  if (strip(taskSummary) === "") throw new InvalidInputError("060008", "a user proxy needs a task");
  if (terminatingConditions.length === 0)
    throw new InvalidInputError("060008", "a user proxy needs a condition that ends the conversation");
  if (terminatingConditions.some((condition) => strip(condition) === ""))
    throw new InvalidInputError("060008", "a condition that ends the conversation cannot be blank");
}

function withFullStop(text: string): string {
  const trimmed = strip(text);
  return trimmed.endsWith(".") ? trimmed : `${trimmed}.`;
}
