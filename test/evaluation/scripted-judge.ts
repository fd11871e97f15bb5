/** A judge model that gives the grades of a script, and keeps what it was asked. */
import type { ModelClient } from "../../src/evaluation/model-client.ts";
import { scriptTrials } from "./voting/scripted-trials.ts";

export interface ScriptedJudge extends ModelClient {
  readonly prompts: readonly string[];
  /** How many were asked for together, batch by batch. */
  readonly batches: readonly number[];
}

/** The letters are those of `scriptTrials`: `C` complete, `I` incomplete, `?` no grade, `4` rate limited… */
export function scriptJudge(script: string): ScriptedJudge {
  const trials = scriptTrials(script);
  const prompts: string[] = [];
  return {
    prompts,
    batches: trials.batches,
    async ask({ prompt }) {
      prompts.push(prompt);
      const { status, completion } = await trials.ask();
      return { status, ...(typeof completion === "string" ? { text: completion } : {}) };
    },
  };
}

/** What stands between the lines that fence the material in, of a prompt that has just one pair of them. */
export function materialOf(prompt: string): string {
  const [, nonce = ""] = /BEGIN UNTRUSTED DATA (\w{32})\n/.exec(prompt) ?? [];
  const parts = prompt.split(new RegExp(`^(?:BEGIN|END) UNTRUSTED DATA ${nonce}\n`, "m"));
  if (nonce === "" || parts.length !== 3) throw new Error("the prompt has no fence, or several");
  return parts[1] ?? "";
}
