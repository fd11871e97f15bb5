/** Two records of one request, in traces of their own: by the SDK and by a gateway, or by two libraries with an exporter each. */
import { lastUserText } from "./call.ts";
import type { Call } from "./call.ts";
import { areTogether, isOneWithinOther, recorderOf } from "./recorder.ts";
import { isSameRequest } from "./twins.ts";

/**
 * They name the same answer; or each was recorded by somebody else, one within the time of the other, with the same question
 * and answer. Of one library that names an answer twice, both are one only at the same time: small servers and caches
 * give an id again.
 */
export function isSameRecord(a: Call, b: Call): boolean {
  const [one, other] = [a.operation, b.operation];
  const isOther = recorderOf(one.span) !== recorderOf(other.span);
  const areNamed = one.responseId !== undefined && other.responseId !== undefined;
  if (areNamed && one.responseId !== other.responseId) return false;
  if (areNamed) return (isOther || areTogether(one.span, other.span)) && !contradict(a, b);
  return isOther && isOneWithinOther(one.span, other.span) && isSameRequest(one, other);
}

/** Equal for two records of one question; undefined for one that does not say it. */
export function questionKeyOf({ history }: Call): string | undefined {
  const question = lastUserText(history);
  return question === undefined ? undefined : `${history.length} ${question.length} ${question.slice(0, 60)}`;
}

/** Equal for two records of one request, where one of them may have been told without its content. */
export function tokensKeyOf({ operation: { usage } }: Call): string | undefined {
  return usage === undefined ? undefined : `${usage.inputTokens} ${usage.outputTokens}`;
}

/** Both say something, and neither is the beginning of the other: a limit may have cut one. */
function contradict(a: Call, b: Call): boolean {
  const [one, other] = [a.text.trim(), b.text.trim()];
  if (one !== "" && other !== "" && !one.startsWith(other) && !other.startsWith(one)) return true;
  return a.calls.length > 0 && b.calls.length > 0 && namesOf(a) !== namesOf(b);
}

function namesOf({ calls }: Call): string {
  return calls.map(({ name }) => name).join(" ");
}
