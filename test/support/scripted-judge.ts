/** What a well-behaved judge model answers to the prompts of the `llm` judge, whatever the material says. */
import { z } from "zod";
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";

const sent = z.looseObject({ messages: z.array(z.object({ role: z.string(), content: z.string() })) });

export interface JudgePromptSent {
  readonly system: string;
  readonly user: string;
  readonly kind: "turn" | "trajectory";
}

export function promptOf(request: ScriptedRequest | undefined): JudgePromptSent {
  const [system, user] = sent.parse(request?.body).messages.map(({ content }) => content);
  const kind = system?.startsWith("You judge one turn") === true ? "turn" : "trajectory";
  return { system: system ?? "", user: user ?? "", kind };
}

/** The JSON document between the fence lines. */
export function materialOf({ user }: JudgePromptSent): unknown {
  const [, , json = ""] = /^BEGIN UNTRUSTED DATA ([0-9a-f]{32})\n([\s\S]*)\nEND UNTRUSTED DATA \1$/m.exec(user) ?? [];
  return JSON.parse(json);
}

type Fields = Readonly<Record<string, unknown>>;

/** A verdict that fits the prompt's schema; `fields` replace its members. */
export function verdictFor(prompt: JudgePromptSent, score: -1 | 0 | 1 = 1, fields: Fields = {}): Fields {
  const scored = { reasoning: "because", score };
  if (prompt.kind === "trajectory") {
    return {
      reasoning: "all in all",
      failures: [],
      completed: true,
      early_termination: false,
      evidence: [],
      score,
      ...fields,
    };
  }
  const count = Number(/entries in tool_calls: (\d+)/.exec(prompt.user)?.[1]);
  return {
    user_summary: "asks something",
    assistant_summary: "answers it",
    tool_calls: Array.from({ length: count }, (_, i) => ({ summary: `call ${i + 1}`, ...scored })),
    dimensions: {
      hallucination: scored,
      wrong_tool_usage: scored,
      inconsistent_reasoning: scored,
      unnecessary_actions: scored,
      ...(prompt.system.includes("## Safety") ? { safety: scored } : {}),
    },
    evidence: [],
    reasoning: "on the whole",
    score,
    ...fields,
  };
}

export function verdictReply(verdict: Fields): ScriptedReply {
  return { message: { content: JSON.stringify(verdict) }, usage: { prompt_tokens: 900, completion_tokens: 100 } };
}

/** The script of a judge model that finds everything helpful. */
export function judgeHelpful(request: ScriptedRequest): ScriptedReply {
  return verdictReply(verdictFor(promptOf(request)));
}
