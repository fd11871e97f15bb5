/** Instructions that stand in a tool's answer, where only data should stand. */
import { leavesOf } from "./json-leaves.ts";
import type { JsonValue } from "../../../model/session.ts";
import { foldText } from "./value-keys.ts";

/** Words by which a text tries to take the agent over. */
const override =
  /\b(?:ignore|disregard|forget|override)\b[^.!\n]{0,40}\b(?:previous|prior|above|earlier|all|other|system|your)\b[^.!\n]{0,30}\b(?:instructions?|prompts?|rules|messages?|directions?)|\b(?:new|updated|following|important) (?:system )?instructions?\s?:|\byou (?:must|should|are required to) (?:now|immediately)\b|\bstrictly adhere to the following|<\/?(?:system|instructions?|important)>|\[(?:system|inst)\]|\bas an? (?:ai|assistant|language model|agent),? you (?:must|should)\b/i;
/** What polite letters ask of their reader, and what no agent can carry out. */
const courtesies =
  "note|see|be advised|do not reply|let (?:me|us) know|contact|visit|call (?:us|our)|refer|enter|wait|try again|provide|specify|confirm|log ?in|sign in|arrive|bring|ask|find (?:attached|enclosed|below|the attached)|review|feel";
/** A request for an action, wherever a sentence begins: "please transfer …", "can you send … to my …". */
const request = new RegExp(
  `(?:^|[.!?:;"'\\n>]\\s{0,3}|important!{0,3} )(?:please|kindly|can you|could you|i need you to|i want you to|make sure to|you need to)\\s+(?!(?:${courtesies})\\b)\\p{L}{2,20}\\b[^.!?\\n]{4,300}`,
  "giu",
);
/** An order without "please" must speak of a person's own things or of where something is to go. */
const command =
  /(?:^|[.!?:;"'\n>]\s{0,3})(?:generate|download|retrieve|search|find|get|list|send|transfer|delete|remove|share|forward|post|upload|update|change|add|create|grant|unlock|disable|pay|buy|book|cancel|schedule|email|check|look up|use|read|write|run|execute)\s[^.!?\n]{0,300}\b(?:my|me)\b[^.!?\n]{0,200}/giu;
/** To hand something to an address, or to use a tool, stands nowhere but in an order. */
const errand =
  /\b(?:send|forward|share|upload|e-?mail (?:it|this|that|them|the)) [^!?\n@]{0,200}@\w[^!?\n]{0,100}|\b(?:use|using|call|invoke|run) (?:the )?[\w' -]{2,60} (?:tool|function|api|plugin)\b[^.!?\n]{0,200}/giu;

export interface Injection {
  /** The words that give the order. */
  readonly quote: string;
  /** It tries to take the agent over, not only to have something done. */
  readonly overrides: boolean;
}

/** The first order found in a tool's answer. Only strings are read, up to a length at which no answer is a single one. */
export function injectionIn(result: JsonValue): Injection | undefined {
  for (const { value } of leavesOf(result)) {
    if (typeof value !== "string" || value.length < 12) continue;
    const found = injectionInText(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const longestText = 100_000;

function injectionInText(text: string): Injection | undefined {
  const read = text.slice(0, longestText);
  const taking = override.exec(read);
  if (taking !== null) return { quote: read.slice(taking.index, taking.index + 400), overrides: true };
  const order = [request, command, errand]
    .map((pattern) => read.match(pattern)?.[0])
    .find((found) => found !== undefined);
  return order === undefined ? undefined : { quote: order.trim(), overrides: false };
}

/** The beginnings of the words of a text, by which two texts can be said to speak of the same thing. */
export const stemsOf = (text: string): ReadonlySet<string> =>
  new Set((foldText(text).match(/[\p{L}\p{N}]{4,}/gu) ?? []).map((word) => word.slice(0, 5)));
