/** How much of what agents wrote an item keeps: datasets hold copies, and judge models are shown less still. */
import type { JsonValue } from "../../model/session.ts";
import { jsonText } from "../prompts/shortening.ts";

const maxTextChars = 200_000;
const maxDocumentChars = 20_000;
const maxDocuments = 100;
const maxValueChars = 20_000;
/** Of one item; the first ones. */
export const maxToolCalls = 200;
export const maxEarlierTurns = 20;
const maxEarlierChars = 4_000;

/** Of what each of a dataset's items repeats. */
export const boundedInstructions = (text: string): string => cut(text, maxDocumentChars);

/** Of input or output. */
export const boundedText = (text: string): string => cut(text, maxTextChars);

/** The first ones. */
export const boundedContext = (documents: readonly string[]): readonly string[] =>
  documents.slice(0, maxDocuments).map((text) => cut(text, maxDocumentChars));

/** Of a call's arguments or result: as it is while it is short, else its JSON as a text. */
export function boundedValue(value: JsonValue): JsonValue {
  const text = typeof value === "string" ? value : jsonText(value);
  return text.length <= maxValueChars ? value : cut(text, maxValueChars);
}

interface EarlierTurn {
  readonly user: string;
  readonly assistant?: string;
}

/** At most `maxEarlierTurns`, the last ones. */
export const boundedHistory = (turns: readonly EarlierTurn[]): readonly EarlierTurn[] =>
  turns.slice(-maxEarlierTurns).map(({ user, assistant }) => ({
    user: cut(user, maxEarlierChars),
    ...(assistant === undefined ? {} : { assistant: cut(assistant, maxEarlierChars) }),
  }));

/** Head and tail with a marker between them, as judges are shown long texts. */
function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = Math.ceil(maxChars * 0.6);
  const left = text.slice(0, head).replace(/[\uD800-\uDBFF]$/, "");
  const right = text.slice(text.length - (maxChars - head)).replace(/^[\uDC00-\uDFFF]/, "");
  return `${left} [… ${text.length - maxChars} characters left out …] ${right}`;
}
