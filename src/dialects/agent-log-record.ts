import type { LogRecord } from "../model/span.ts";
import { isContentRecord } from "./recorded-content.ts";

/** What a judge said about an agent, ours or another's. */
const JUDGEMENT_EVENT = "gen_ai.evaluation.result";

/** Closes the session that it names, whether it belongs to a span or not. */
const SESSION_END = "session.end";

/**
 * True for a log record that says something about an agent and can be joined to its span: GenAI events by name, records
 * with GenAI attributes, and what was taken out of a span. And for the end of a session. Everything else an application
 * logs is none of our business.
 */
export function isAgentLogRecord(record: LogRecord): boolean {
  const { traceId, spanId, eventName, attributes } = record;
  const name = eventName === "" ? attributes.get("event.name") : eventName;
  if (name === SESSION_END) return true;
  if (traceId === undefined || spanId === undefined) return false;
  if (name === JUDGEMENT_EVENT) return false;
  if (typeof name === "string" && name.startsWith("gen_ai.")) return true;
  return [...attributes.keys()].some((key) => key.startsWith("gen_ai.")) || isContentRecord(record);
}
