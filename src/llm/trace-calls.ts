/**
 * Calls to models as OTLP spans, by the GenAI semantic conventions (`gen_ai.*`): one for what they were made for, and below
 * it one for each HTTP request. What was said is in them only where that is asked for.
 */
import { randomBytes } from "node:crypto";
import { judgeScope } from "../model/judgement.ts";
import type { AttributeMap, AttributeValue, Resource, Scope, Span } from "../model/span.ts";
import { contentOf, requestAttributes } from "./trace-attributes.ts";
import type { TracedRequest } from "./trace-request.ts";

export interface CallTraceOptions {
  /** Of the span that stands above the calls. */
  readonly name: string;
  readonly attributes: AttributeMap;
  /** Whether prompts and answers are kept. */
  readonly content: boolean;
}

/** How what the calls were made for ended. */
export interface CallTraceEnd {
  readonly attributes?: AttributeMap;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface CallTrace {
  readonly traceId: string;
  readonly onRequest: (request: TracedRequest) => void;
  /** The span above first. None where no request was made: then nothing was called. */
  readonly end: (how: CallTraceEnd) => readonly Span[];
}

/** More requests than these are counted, and have no span. */
export const maxTracedRequests = 64;
/** Of prompts and answers, in the spans of one trace; what comes then is left out. */
export const maxTracedChars = 1_000_000;

export function startCallTrace({ name, attributes, content }: CallTraceOptions): CallTrace {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  const startedAt = Date.now();
  const calls: Span[] = [];
  let requests = 0;
  let charsLeft = content ? maxTracedChars : 0;
  return {
    traceId,
    onRequest(request) {
      requests += 1;
      if (calls.length === maxTracedRequests) return;
      const said = content ? contentOf(request) : [];
      const chars = said.reduce((sum, [, text]) => sum + text.length, 0);
      const kept = chars <= charsLeft ? said : [];
      charsLeft -= kept === said ? chars : 0;
      calls.push({
        ...spanAt(request.startedAt, request.endedAt),
        traceId,
        spanId: randomBytes(8).toString("hex"),
        parentSpanId: spanId,
        name: `chat ${request.body.model}`,
        kind: CLIENT,
        status: "error" in request.outcome ? failed(request.outcome.error) : UNSET,
        attributes: new Map([...requestAttributes(request), ...kept]),
        droppedAttributesCount: said.length - kept.length,
      });
    },
    end({ attributes: more = new Map(), error }) {
      if (requests === 0) return [];
      const head: Span = {
        ...spanAt(startedAt, Date.now()),
        traceId,
        spanId,
        name,
        kind: INTERNAL,
        status: error === undefined ? UNSET : failed(error),
        attributes: new Map<string, AttributeValue>([
          ...attributes,
          ["turnwise.judge.requests", BigInt(requests)],
          ...more,
          ...(error === undefined ? [] : ([["error.type", error.code]] as const)),
        ]),
        droppedAttributesCount: 0,
      };
      return [head, ...calls];
    },
  };
}

const INTERNAL = 1;
const CLIENT = 3;
const UNSET = { code: 0, message: "" };
const failed = ({ message }: { readonly message: string }) => ({ code: 2, message });

const resource: Resource = {
  attributes: new Map([["service.name", "turnwise"]]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};
const scope: Scope = {
  name: judgeScope,
  version: "",
  attributes: new Map(),
  droppedAttributesCount: 0,
  schemaUrl: "",
};

/** What all these spans have in common. Times in milliseconds since 1970. */
function spanAt(startedAt: number, endedAt: number) {
  return {
    traceState: "",
    flags: 1, // sampled
    startTimeUnixNano: BigInt(startedAt) * 1_000_000n,
    endTimeUnixNano: BigInt(endedAt) * 1_000_000n,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource,
    scope,
  };
}
