/** Did the span fail, and how does it say so? */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";

const errorStatus = 2;

/** The status message, else the recorded exception; undefined when the span did not fail. */
export function errorOfSpan({ status, events, attributes }: Span): string | undefined {
  if (status.code === errorStatus && status.message !== "") return status.message;
  const exception = events.findLast((event) => event.name === "exception");
  const message = exception && textAttribute(exception.attributes, "exception.message", "exception.type");
  if (message !== undefined) return message;
  // Langfuse's handlers leave the span's own status unset.
  if (attributes.get("langfuse.observation.level") === "ERROR")
    return textAttribute(attributes, "langfuse.observation.status_message") ?? "error";
  return status.code === errorStatus ? (textAttribute(attributes, "error.message") ?? "error") : undefined;
}
