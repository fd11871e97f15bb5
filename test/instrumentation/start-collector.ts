import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** A span as it arrived, with its attributes as plain values. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly scope: string;
  readonly resource: ReadonlyMap<string, unknown>;
}

export interface CollectedRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Collector {
  /** Base URL for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly requests: readonly CollectedRequest[];
  /** Environment that sends an app's spans here as JSON. */
  readonly env: Readonly<Record<string, string>>;
  /** Every span of the JSON requests that were answered with 200, oldest start first. */
  spans(): readonly CollectedSpan[];
  /** The same, for one conversation. */
  conversation(id: string): readonly CollectedSpan[];
  close(): Promise<void>;
}

type Answer = (
  request: CollectedRequest,
  number: number,
) => { status: number; headers?: Record<string, string> } | "hang";

/** An OTLP/HTTP server that keeps what it gets. `answer` may refuse a request (number from 1) or never answer it. */
export async function startCollector(answer: Answer = () => ({ status: 200 })): Promise<Collector> {
  const requests: CollectedRequest[] = [];
  const accepted: CollectedRequest[] = [];
  const server = createServer((incoming, response) => void receive(incoming, response));

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await buffer(incoming);
    const body = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const request = { path: incoming.url ?? "", headers: incoming.headers, body };
    requests.push(request);
    const answered = answer(request, requests.length);
    if (answered === "hang") return;
    if (answered.status === 200) accepted.push(request);
    response.writeHead(answered.status, { "content-type": "application/json", ...answered.headers }).end("{}");
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  const url = `http://127.0.0.1:${address.port}`;
  const spans = (): readonly CollectedSpan[] =>
    accepted
      .filter(({ path }) => path !== "/v1/logs")
      .flatMap(({ body }) => spansOf(body))
      .sort(byStart);
  return {
    url,
    requests,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    spans,
    conversation: (id) => spans().filter(({ attributes }) => attributes.get("gen_ai.conversation.id") === id),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const byStart = (a: CollectedSpan, b: CollectedSpan): number =>
  Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano));

// oxlint-disable typescript/no-explicit-any, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-return, typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- the wire's JSON, as it comes
function spansOf(body: Buffer): CollectedSpan[] {
  return JSON.parse(body.toString("utf8")).resourceSpans.flatMap((resourceSpans: any) =>
    resourceSpans.scopeSpans.flatMap((scopeSpans: any) =>
      scopeSpans.spans.map((span: any) => ({
        ...span,
        status: span.status ?? {},
        attributes: toMap(span.attributes),
        scope: scopeSpans.scope.name,
        resource: toMap(resourceSpans.resource.attributes),
      })),
    ),
  );
}

function toMap(attributes: any[] | undefined): Map<string, unknown> {
  return new Map((attributes ?? []).map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value: any): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(toValue);
  return value.intValue ?? value.doubleValue ?? value.boolValue ?? value.stringValue;
}
