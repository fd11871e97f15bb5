/** Whether a tool failed, by its error or by what its result says of itself. */
import type { JsonValue, ToolCall } from "../../../model/session.ts";
import { isRecord, memberOf, toJsonText } from "./json-leaves.ts";

const errorText =
  /^\s{0,20}[[({'"]{0,3}\s?(?:error|exception|traceback|fatal|failed|failure|invalid|permission denied|access denied|[a-z]{1,60}(?:error|exception))\b['"]?(?:\s|:|,|-|\.|\)|\]|$)/i;
const exitCode = /exit ?code['"]?\s?[:=]\s?['"]?(-?\d{1,5})/i;
const httpError =
  /^\s{0,20}(?:http(?:\/\d\.\d)? )?(?:status(?: code)?:? )?[45]\d\d\b(?! ?(?:results?|items?|rows?|records?))(?:\s|:|$)[^\d]{0,40}(?:error|not found|forbidden|unauthori[sz]ed|bad request|denied|unavailable|timeout|too many)/i;
const stateOfThings =
  /available|already|insufficient|balance|can ?not be|permission|denied|forbidden|pending|deliver|stat(?:e|us)|limit|quota|closed|expired|eligible|exactly one|timed? ?out|timeout|unreachable|connection|overload|too many/i;
const wayOfCalling =
  /match|add up|invalid|missing|require|malformed|must (?:be|have)|expected|not found|unknown|does not exist|no such|schema|type|format|validation|argument|parameter|undefined|syntax|parse/i;
const badStatus = /^(?:error|failed|failure|fail)$/i;
/** What tells a failure stands at the beginning of a result. */
const headLength = 2_000;

/** What the tool said when it failed; undefined when it did not fail, or has not answered. */
export function failureOf({ error, result }: ToolCall): string | undefined {
  if (error !== undefined) return error;
  if (result === undefined || result === null) return undefined;
  return typeof result === "string" ? failureOfText(result) : failureOfObject(result);
}

/** The tool blames how it was called, not the state of the world: the failure is the caller's. */
export const blamesCaller = (failure: string): boolean =>
  wayOfCalling.test(failure.slice(0, headLength)) && !stateOfThings.test(failure.slice(0, headLength));

function failureOfText(result: string): string | undefined {
  const head = result.slice(0, headLength);
  const code = exitCode.exec(head.slice(0, 200))?.[1];
  if (code !== undefined) return code === "0" ? undefined : result;
  return errorText.test(head) || httpError.test(head) ? result : undefined;
}

function failureOfObject(result: JsonValue): string | undefined {
  if (!isRecord(result)) return undefined;
  for (const name of ["error", "errors", "exception", "Error"]) {
    const said = memberOf(result, name);
    if (said !== undefined && !saysNothing(said)) return typeof said === "string" ? said : toJsonText(said);
  }
  const refused = ["success", "ok", "successful"].some((name) => memberOf(result, name) === false);
  const flagged = ["isError", "is_error"].some((name) => memberOf(result, name) === true);
  const status = memberOf(result, "status");
  const exit = memberOf(result, "exit_code");
  const bad = (typeof status === "string" && badStatus.test(status)) || (typeof exit === "number" && exit !== 0);
  return refused || flagged || bad ? toJsonText(result) : undefined;
}

const saysNothing = (value: JsonValue): boolean =>
  value === null ||
  value === false ||
  value === "" ||
  value === 0 ||
  (typeof value === "object" && Object.keys(value).length === 0);
