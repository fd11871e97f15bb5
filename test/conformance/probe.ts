/** What an assertion can do in its cell: send, and look at what came of it. Every exchange is kept for the report. */
import { Metadata } from "@grpc/grpc-js";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import { callRaw, type RawAnswer, type RawCall } from "../support/http2-client.ts";
import { type Answer, JSON_TYPE, PROTOBUF, send, type Sending, sendRaw } from "../support/http-client.ts";
import type { Cell } from "./assertion.ts";
import type { ConformanceServer, InnerServer } from "./conformance-servers.ts";
import { describeBody, type Exchange } from "./exchange.ts";
import { callExport, type GrpcAnswer, methodOf } from "./grpc-client.ts";
import { grpcOutcome, httpOutcome, type Outcome } from "./outcome.ts";
import { encodeRequest } from "./requests.ts";

/** Thrown in a cell that turns out not to apply; the message is the reason. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

export interface Probe {
  readonly cell: Cell;
  readonly server: ConformanceServer;
  /** What can only be seen of a server of our own; ends the cell as not applicable for another one. */
  readonly inner: InnerServer;
  readonly exchanges: readonly Exchange[];
  /** Content-Type of the cell. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exports in the cell's encoding: an OTLP/JSON object, which is encoded, or bytes, which are sent as they are. */
  export(request: object | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** An HTTP request; by default a POST to the signal's path with the cell's Content-Type and no body. */
  send(sending?: Sending): Promise<Answer>;
  sendRaw(bytes: Uint8Array | string, quietMs?: number): Promise<string>;
  call(body: Uint8Array, metadata?: Metadata): Promise<GrpcAnswer>;
  /** A gRPC call in frames of its own; by default to the signal's method. */
  callRaw(call: RawCall): Promise<RawAnswer>;
  /** What the pipelines were given in this cell. */
  delivered(): readonly SignalBatch[];
}

export function createProbe(cell: Cell, server: ConformanceServer): Probe {
  const { encoding, signal } = cell;
  const exchanges: Exchange[] = [];
  const cellHeaders = encoding === "http/json" ? JSON_TYPE : PROTOBUF;

  const probe: Probe = {
    cell,
    server,
    exchanges,
    headers: cellHeaders,
    get inner() {
      if (server.inner === undefined) throw new NotApplicable("can only be seen from inside the server");
      return server.inner;
    },
    async export(request, headers = {}) {
      const body = request instanceof Uint8Array ? request : encodeRequest(cell, request);
      if (encoding !== "grpc")
        return httpOutcome(signal, await probe.send({ headers: { ...cellHeaders, ...headers }, body }));
      return grpcOutcome(signal, await probe.call(body, Metadata.fromHttp2Headers(headers)));
    },
    async send(sending = {}) {
      const whole = { path: `/v1/${signal}`, headers: cellHeaders, ...sending };
      const answer = await send(server, whole);
      const { method = "POST", path, headers, body = "" } = whole;
      exchanges.push({
        request: { head: `${method} ${path}`, headers, body: describeBody(Buffer.from(body)) },
        answer: { head: String(answer.status), headers: shownHeaders(answer), body: describeBody(answer.body) },
      });
      return answer;
    },
    async sendRaw(bytes, quietMs) {
      const received = await sendRaw(server, bytes, quietMs);
      exchanges.push({
        request: { head: "raw bytes", headers: {}, body: describeBody(Buffer.from(bytes)) },
        answer: { head: "raw bytes", headers: {}, body: describeBody(Buffer.from(received, "latin1")) },
      });
      return received;
    },
    async call(body, metadata = new Metadata()) {
      const answer = await callExport(requireGrpc(server), signal, body, metadata);
      exchanges.push({
        request: { head: `Export ${signal}`, headers: {}, body: describeBody(body) },
        answer: { head: `${answer.code} ${answer.message}`, headers: {}, body: describeBody(answer.body) },
      });
      return answer;
    },
    async callRaw(call) {
      const whole = { path: methodOf(signal), ...call };
      const answer = await callRaw(requireGrpc(server), whole);
      const { path, headers = {}, pieces = [] } = whole;
      exchanges.push({
        request: { head: `POST ${path}`, headers, body: describeBody(Buffer.concat(pieces)) },
        answer: { head: `${answer.httpStatus}`, headers: answer.headers, body: describeBody(answer.body) },
      });
      return answer;
    },
    delivered: () => probe.inner.delivered,
  };
  return probe;
}

function requireGrpc({ grpcAddress }: ConformanceServer): string {
  if (grpcAddress === "") throw new NotApplicable("the gRPC address of the server is not known");
  return grpcAddress;
}

const SHOWN = ["content-type", "content-length", "retry-after", "allow", "accept-encoding", "connection"];

function shownHeaders({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      SHOWN.includes(name) || name.startsWith("access-control") || name.startsWith("www-")
        ? [[name, String(value)]]
        : [],
    ),
  );
}
