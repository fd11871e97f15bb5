/** A metric that asks a judge model: what it is shown, what it must answer, and the number that is made of that. */
import { z, type ZodType } from "zod";
import { JudgeError } from "../../model/errors.ts";
import type { ItemScore } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import { findAddressToJudge } from "../prompts/canary.ts";
import { describeCut } from "../prompts/shortening.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { leavesOf } from "../rules/reading/json-leaves.ts";
import { buildItemPrompt, readItemPromptTexts, type ItemPrompt, type ItemPromptTexts } from "./item-prompt.ts";
import type { ItemMetric, ScoringNeeds } from "./item-metric.ts";
import { missingPartOf } from "./missing-part.ts";
import type { ShownPart } from "./shown-item.ts";

export interface Assessment {
  /** 0..1; null: there was nothing to measure. */
  readonly value: number | null;
  readonly explanation: string;
}

export interface ModelMetricSpec<Verdict> extends Omit<ItemMetric, "asksModel" | "version" | "score"> {
  /** What the model is shown beside input and output. */
  readonly shows: readonly ShownPart[];
  /** What an empty output is worth, about which no model need be asked. Absent: the model is asked. */
  readonly ofNoAnswer?: 0 | null;
  /** It answers with a grade. */
  readonly isGraded?: true;
  /** Documents with the numbers 1 to `documents` can be cited, and no others. */
  readonly verdict: (documents: number) => ZodType<Verdict>;
  readonly assess: (verdict: Verdict) => Assessment;
}

/** Of one prompt, where nothing else is said; and of one answer, thinking included. */
const defaultMaxInputTokens = 32_000;
const maxOutputTokens = 8_192;

export function defineModelMetric<Verdict>(spec: ModelMetricSpec<Verdict>): ItemMetric {
  const { key, displayName, definition, category, requires, shows, ofNoAnswer } = spec;
  let known: ItemPromptTexts | undefined;
  const texts = (): ItemPromptTexts => (known ??= readItemPromptTexts(key, displayName, spec.isGraded ?? false));
  return {
    key,
    displayName,
    definition,
    category,
    requires,
    asksModel: true,
    get version() {
      return versionOf(texts());
    },
    async score(item, needs) {
      const missing = missingPartOf(item, requires);
      if (missing !== undefined) return { name: key, value: null, explanation: missing };
      if (ofNoAnswer !== undefined && item.output.trim() === "")
        return { name: key, value: ofNoAnswer, explanation: "There is no answer." };
      const maxTokens = needs.maxInputTokens ?? defaultMaxInputTokens;
      const prompt = buildItemPrompt(item, shows, texts(), maxTokens);
      if (prompt === undefined) throw tooLong(maxTokens);
      const verdict = await ask(spec, prompt, versionOf(texts()), needs);
      return toScore(key, spec.assess(verdict), prompt);
    },
  };
}

/** Raised when another value is made of the same answer, or an item is shown otherwise. */
const arithmeticVersion = 1;

const versionOf = ({ hash }: ItemPromptTexts): string => `${arithmeticVersion}-${hash.slice(0, 16)}`;

async function ask<Verdict>(
  { key, verdict }: ModelMetricSpec<Verdict>,
  { system, user, nonce, documents }: ItemPrompt,
  version: string,
  needs: ScoringNeeds,
): Promise<Verdict> {
  if (needs.ask === undefined) throw new JudgeError("off", "There is no model to ask", { retryable: false });
  const schema = verdict(documents);
  const { value } = await needs.ask(
    { system, user, nonce, schema, schemaName: `${key}_verdict`, maxOutputTokens, version },
    needs.signal,
  );
  return value;
}

const maxExplanationChars = 2_000;

function toScore(name: string, { value, explanation }: Assessment, { shown, cut }: ItemPrompt): ItemScore {
  const notes = [
    ...(addressesJudge(shown) ? ["[Content addresses the judge; it was judged as data.]"] : []),
    ...(cut === undefined ? [] : [`[${describeCut(cut)}]`]),
  ];
  return { name, value, explanation: excerptOf([...notes, explanation].join(" "), maxExplanationChars) };
}

function addressesJudge(shown: JsonValue): boolean {
  for (const { value } of leavesOf(shown))
    if (typeof value === "string" && findAddressToJudge(value) !== undefined) return true;
  return false;
}

function tooLong(maxTokens: number): JudgeError {
  const message = `The item does not fit into ${maxTokens} tokens, however shortened`;
  return new JudgeError("context_too_long", message, { retryable: false });
}

/** Bounded, whatever an endpoint sends. */
const verdictText = z.string().overwrite((value) => value.trim().slice(0, 4_000));
export const verdictReason = verdictText.refine((value) => value !== "", "must not be empty");
