import { fieldsOf, isFields, textOf } from "../../json.ts";
import type { Message } from "../../message.ts";
import { withToolResultsApart } from "../with-tool-results-apart.ts";
import { toParts } from "./content-parts.ts";

/**
 * The `contents` of a request in the conventions' form. As the library reads them: a list of contents, or one thing or a
 * list of things of which the user's only content is made. Results of functions, which the user's content holds there,
 * are a tool's.
 */
export function toMessages(contents: unknown): readonly Message[] {
  if (!Array.isArray(contents)) return toMessagesOfOne(contents);
  return contents.some(isContent) ? contents.flatMap(toMessagesOfOne) : toMessagesOfOne({ parts: contents });
}

const isContent = (value: unknown): boolean => isFields(value) && Array.isArray(value["parts"]);

function toMessagesOfOne(content: unknown): readonly Message[] {
  return withToolResultsApart(roleOf(fieldsOf(content)["role"]), toParts(content));
}

/** A content without a role is the user's, as the API takes it. */
function roleOf(value: unknown): string {
  const role = textOf(value) ?? "user";
  return role === "model" ? "assistant" : role;
}
