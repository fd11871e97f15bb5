/** The prompt about one item: its texts whole as long as they fit, fenced, with the documents numbered so that they can be cited. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { estimateTokens } from "../../llm/tokens.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import { nonceFor, toFencedJson } from "../prompts/fence.ts";
import { fillTemplate, readPrompts } from "../prompts/prompts.ts";
import { createShortening, exceeds, type CutBy } from "../prompts/shortening.ts";
import { itemDetails, showItem, type ItemCutKind, type ShownPart } from "./shown-item.ts";

export interface ItemPrompt {
  readonly system: string;
  readonly user: string;
  /** Of the fence, in both texts. */
  readonly nonce: string;
  /** How many documents of the context are shown: numbers 1 to it can be cited. */
  readonly documents: number;
  /** Of the item, what the model sees. */
  readonly shown: JsonValue;
  /** What did not fit. */
  readonly cut?: CutBy<ItemCutKind>;
}

/** The texts that one metric's prompt is made of. */
export interface ItemPromptTexts {
  readonly displayName: string;
  /** With places for `material` (of this prompt), and in `writing` for `documents`. */
  readonly frame: string;
  readonly criterion: string;
  readonly writing: string;
  readonly material: string;
  readonly request: string;
  /** SHA-256 (hex) of all of them. */
  readonly hash: string;
}

/** The criterion is `criteria/KEY.md`; what is to be written is told by `criteria/KEY-writing.md`, or by `grade.md`. */
export function readItemPromptTexts(key: string, displayName: string, isGraded: boolean): ItemPromptTexts {
  const texts = {
    displayName,
    frame: readText("frame"),
    criterion: readText(`criteria/${key}`),
    writing: readText(isGraded ? "grade" : `criteria/${key}-writing`),
    material: readPrompts().text("material"),
    request: readText("request"),
  };
  return { ...texts, hash: createHash("sha256").update(JSON.stringify(texts)).digest("hex") };
}

const readText = (name: string): string => readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8").trim();

/** Undefined when the item does not fit into so many tokens even in its barest form. */
export function buildItemPrompt(
  item: EvaluationItem,
  parts: readonly ShownPart[],
  texts: ItemPromptTexts,
  maxTokens: number,
): ItemPrompt | undefined {
  for (const detail of itemDetails) {
    const shorten = createShortening<ItemCutKind>();
    const { json, documents } = showItem(item, parts, detail, shorten);
    if (exceeds(shorten, maxTokens)) continue;
    const prompt = renderPrompt(texts, toFencedJson(json), documents);
    const cut = shorten.account();
    if (estimateTokens(prompt.system + prompt.user) <= maxTokens)
      return { ...prompt, shown: json, documents, ...(cut === undefined ? {} : { cut }) };
  }
  return undefined;
}

function renderPrompt(texts: ItemPromptTexts, json: string, documents: number) {
  const nonce = nonceFor(json);
  return {
    nonce,
    system: fillTemplate(texts.frame, {
      material: fillTemplate(texts.material, { nonce }).trim(),
      criterion: texts.criterion,
      writing: fillTemplate(texts.writing, { documents: String(documents) }),
    }),
    user: fillTemplate(texts.request, { name: texts.displayName, nonce, json }),
  };
}
