/** The turns of the sessions in OTLP requests, as items. */
import { createHash } from "node:crypto";
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import type { BuiltSession } from "../../model/session.ts";
import { factsOfRequests } from "../../otlp/facts-of-requests.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import { type OtlpRequest, readJsonRequest, readProtobufRequest } from "../../otlp/read-request.ts";
import { buildSessions } from "../../session/build-sessions.ts";

/** One request as protobuf or JSON, or JSON of one a line. */
export type OtlpFormat = "protobuf" | "json" | "jsonl";

export interface SentOtlp {
  readonly format: OtlpFormat;
  readonly body: Uint8Array;
  /** Attribute keys that name a conversation, instead of those that all know. */
  readonly conversationKeys?: readonly string[];
}

/** What is wrong with a request: of several, on which line. */
export class WrongOtlpError extends Error {
  override readonly name = "WrongOtlpError";
  readonly line: number | null;
  constructor(message: string, line: number | null, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

/** All requests together are one set of facts. Nothing of them is stored, so that no item has an origin. Throws a WrongOtlpError. */
export function itemsOfOtlp({ format, body, conversationKeys }: SentOtlp): readonly EvaluationItem[] {
  const requests = readRequests(format, body);
  const sessions = buildSessions(factsOfRequests(requests), conversationKeys === undefined ? {} : { conversationKeys });
  return sessions.flatMap((session, at) =>
    itemsOfSession(keyOf(session, at), session).map(({ origin: _notStored, ...item }) => item),
  );
}

function readRequests(format: OtlpFormat, body: Uint8Array): readonly OtlpRequest[] {
  if (format === "protobuf") return [wellFormed(() => readProtobufRequest(body), null)];
  const text = new TextDecoder().decode(body); // leaves out a byte order mark
  if (format === "json") return [wellFormed(() => readJsonRequest(text), null)];
  return text
    .split("\n")
    .flatMap((line, at) => (line.trim() === "" ? [] : [wellFormed(() => readJsonRequest(line), at + 1)]));
}

/** Also of a request of which only a part is valid: a run that leaves out turns would score something else. */
function wellFormed(read: () => OtlpRequest, line: number | null): OtlpRequest {
  try {
    const request = read();
    if (request.rejected === 0) return request;
    const { rejected, reason = "unreadable" } = request;
    throw new WrongOtlpError(`has ${rejected} records that are not valid, the first one: ${reason}`, line);
  } catch (error) {
    if (error instanceof MalformedError) throw new WrongOtlpError(error.message, line, { cause: error });
    throw error;
  }
}

/** The same for the same session, whatever else comes with it. */
function keyOf({ conversationId, turns }: BuiltSession, at: number): string {
  const named = conversationId ?? turns[0]?.traceIds[0] ?? String(at);
  return createHash("sha256").update(named).digest("hex").slice(0, 32);
}
