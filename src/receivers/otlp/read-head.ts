/** What the head of a request asks for. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Door, doorAt } from "../../component/door.ts";
import { anyone, type Authenticator, type Caller, type RequestHeaders } from "../../component/extension.ts";
import type { DeliveryContext, PipelineEntry, ReceiverNeeds } from "../../component/receiver.ts";
import { headersOf } from "../../component/request-headers.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { type Encoding, RPC_CODES } from "../../otlp/rpc-status.ts";
import { type Coding, codingOf } from "./decompress.ts";
import { findSignal } from "./export-routes.ts";
import type { HttpConfig } from "./http-config.ts";
import { encodingOf } from "./reply.ts";
import { malformed, RequestRefusal } from "./request-refusal.ts";

export interface HeadOptions extends Pick<ReceiverNeeds, "pipelines"> {
  readonly config: HttpConfig;
  readonly authenticator?: Authenticator;
}

export interface ExportHead {
  readonly signal: Signal;
  readonly pipeline: PipelineEntry;
  readonly encoding: Encoding;
  readonly coding: Coding;
  readonly context: DeliveryContext;
}

/**
 * Rejects with a refusal for a request that is not an export to one of the pipelines, and with what the authenticator says. In the
 * collector's order: who sends, path, coding, method, content type.
 */
export function createReadHead(options: HeadOptions): (request: IncomingMessage) => Promise<ExportHead> {
  const { config, pipelines } = options;
  const paths = { traces: config.traces_url_path, logs: config.logs_url_path, metrics: config.metrics_url_path };
  const allowed = config.compression_algorithms;
  const door = doorAt(config.endpoint);

  return async (request) => {
    const { method, headers, url = "" } = request;
    checkFraming(request);
    const { project } = await authenticate(request, door, options);
    const signal = findSignal(url, paths);
    if (signal === undefined)
      throw new RequestRefusal(404, RPC_CODES.notFound, "not_found", `Nothing is here; spans go to ${paths.traces}.`);
    const pipeline = pipelines[signal];
    if (pipeline === undefined)
      throw new RequestRefusal(404, RPC_CODES.unimplemented, "not_found", `There is no pipeline for ${signal}.`);
    const coding = codingOf(headers["content-encoding"], allowed);
    if (method !== "POST") throw wrongMethod();
    const encoding = encodingOf(headers["content-type"]);
    if (encoding === undefined) throw wrongContentType();
    const metadata = config.include_metadata ? { metadata: metadataOf(headers) } : {};
    return { signal, pipeline, encoding, coding, context: { project, ...metadata } };
  };
}

/** What RFC 9112 asks of a server before it reads on: sections 3.2 (Host) and 6.1 (transfer codings). */
function checkFraming({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== "1.0") throw malformed("The request has no Host.");
  if (hasSeveralHosts(rawHeaders)) throw malformed("The request has more than one Host.");
  const transfer = headers["transfer-encoding"] ?? "chunked";
  if (transfer.trim().toLowerCase() === "chunked") return;
  const message = "The Transfer-Encoding is not supported; supported is: chunked.";
  throw new RequestRefusal(501, RPC_CODES.unimplemented, "content_encoding", message);
}

/** `headers` has only the first. Names and values stand one after the other. */
function hasSeveralHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === "host") hosts += 1;
  return hosts > 1;
}

function authenticate(
  request: IncomingMessage,
  door: Door,
  { config, authenticator }: HeadOptions,
): Caller | Promise<Caller> {
  if (authenticator === undefined) return anyone;
  const names = config.auth?.request_params ?? [];
  const headers = headersOf(request.rawHeaders);
  const shown = names.length === 0 ? headers : { ...parametersOf(request, names), ...headers };
  return authenticator.authenticate(shown, "ingest", door);
}

/** The named parameters of the query, as if they were headers. A header that is there wins. */
function parametersOf({ url = "" }: IncomingMessage, names: readonly string[]): RequestHeaders {
  const question = url.indexOf("?");
  const query = new URLSearchParams(question === -1 ? "" : url.slice(question + 1));
  const given = names.flatMap((name): [string, string[]][] =>
    query.has(name) ? [[name.toLowerCase(), query.getAll(name)]] : [],
  );
  return Object.fromEntries(given);
}

/** Several headers of one name are one value, joined as RFC 9110 section 5.3 has it; without HTTP/2's pseudo-headers. */
export function metadataOf(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || name.startsWith(":") ? [] : [[name, typeof value === "string" ? value : value.join(", ")]],
    ),
  );
}

function wrongMethod(): RequestRefusal {
  const options = { headers: { allow: "POST" } };
  return new RequestRefusal(405, RPC_CODES.unimplemented, "method", "Only POST is supported here.", options);
}

function wrongContentType(): RequestRefusal {
  const message = "The Content-Type is not supported; supported are application/x-protobuf and application/json.";
  return new RequestRefusal(415, RPC_CODES.invalidArgument, "content_type", message);
}
