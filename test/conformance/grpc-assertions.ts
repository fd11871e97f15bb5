/** G01 to G19: what holds for OTLP/gRPC alone. */
import assert from "node:assert/strict";
import { deflateSync, gzipSync } from "node:zlib";
import { Metadata } from "@grpc/grpc-js";
import { PermanentError, UnavailableError } from "../../src/model/errors.ts";
import { oracleDecode, oracleEncode } from "../otlp/oracle.ts";
import { field } from "../otlp/wire.ts";
import {
  answerOf,
  beginCall,
  callOver,
  frameOf,
  openSession,
  statusDetailsOf,
  until,
} from "../support/http2-client.ts";
import { zstdStored } from "../support/zstd-frames.ts";
import { all, type Assertion, ofRecords, onlyOnce, overGrpc } from "./assertion.ts";
import { callExport, methodOf } from "./grpc-client.ts";
import { asObject } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { encodeRequest, requestTypeOf, requestWith, smallRequest } from "./requests.ts";

const once = onlyOnce("the same whatever is sent", "grpc");
const MEBIBYTE = 1024 * 1024;
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
/** Codes after which an exporter sends again (specification, "OTLP/gRPC", table of retryable codes). */
const RETRYABLE = [1, 4, 10, 11, 14, 15];

const bytesOf = ({ cell }: Probe, count = 1): Uint8Array => encodeRequest(cell, smallRequest(cell.signal, count));

/** A request of exactly so many bytes: one unknown field, which is skipped. */
function requestOfSize(size: number): Uint8Array {
  const overhead = field(115, Buffer.alloc(size)).length - size;
  return field(115, Buffer.alloc(size - overhead));
}

/** A call with whole messages. */
const callFrames = async (
  probe: Probe,
  pieces: readonly Uint8Array[],
  headers: Readonly<Record<string, string>> = {},
) => probe.callRaw({ headers, pieces });

const compressed = (bytes: Uint8Array, compress: (bytes: Uint8Array) => Buffer): Buffer =>
  frameOf(compress(bytes), { flag: 1 });

/** The details of a Status: type and decoded message of each. */
function detailsOf(status: Uint8Array | undefined): [type: string, value: Record<string, unknown>][] {
  const { details = [] } = oracleDecode("Status", status ?? new Uint8Array());
  assert(Array.isArray(details));
  return details.map((detail: unknown) => {
    const { typeUrl, value } = asObject(detail);
    const type = String(typeUrl);
    return [type, oracleDecode(type.slice(type.lastIndexOf(".") + 1), Buffer.from(String(value), "base64"))];
  });
}

async function assertTakes(probe: Probe): Promise<void> {
  assert.equal((await probe.call(bytesOf(probe))).code, 0);
}

export const grpcAssertions: readonly Assertion[] = [
  {
    id: "G01",
    says: "takes the unary Export of each signal's service, over HTTP/2 without TLS",
    notFor: overGrpc,
    async run(probe) {
      assert.equal((await probe.call(bytesOf(probe, 3))).code, 0);
      assert.deepEqual(
        probe.delivered().map((batch) => [batch.signal, batch.count]),
        [[probe.cell.signal, 3]],
      );
    },
  },
  {
    id: "G02",
    says: "answers an empty request with OK and an empty response, and delivers nothing",
    notFor: overGrpc,
    async run(probe) {
      const answer = await probe.call(new Uint8Array());
      assert.deepEqual([answer.code, answer.body.length], [0, 0]);
      assert.deepEqual(probe.delivered(), []);
    },
  },
  {
    id: "G03",
    says: "takes messages compressed with gzip, deflate or zstd, and others of the same call not compressed",
    notFor: overGrpc,
    async run(probe) {
      const gzip = { "grpc-encoding": "gzip" };
      const body = bytesOf(probe, 2);
      assert.equal((await callFrames(probe, [compressed(body, gzipSync)], gzip)).code, 0);
      assert.equal((await callFrames(probe, [frameOf(body)], gzip)).code, 0);
      assert.equal((await callFrames(probe, [compressed(body, deflateSync)], { "grpc-encoding": "deflate" })).code, 0);
      assert.equal((await callFrames(probe, [compressed(body, zstdStored)], { "grpc-encoding": "zstd" })).code, 0);
      assert.deepEqual(
        probe.delivered().map(({ count }) => count),
        [2, 2, 2, 2],
      );
    },
  },
  {
    id: "G04",
    says: "refuses a compression that it does not know with UNIMPLEMENTED, and names those it knows",
    notFor: overGrpc,
    async run(probe) {
      const answer = await callFrames(probe, [frameOf(bytesOf(probe), { flag: 1 })], { "grpc-encoding": "snappy" });
      assert.equal(answer.code, 12);
      assert.match(answer.headers["grpc-accept-encoding"] ?? "", /\bgzip\b/);
    },
  },
  {
    id: "G05",
    says: "refuses gzip that is not gzip with INTERNAL, and goes on",
    notFor: overGrpc,
    async run(probe) {
      const gzip = { "grpc-encoding": "gzip" };
      const whole = gzipSync(bytesOf(probe));
      for (const broken of [Buffer.from("not gzip"), whole.subarray(0, -3), Buffer.alloc(0)])
        assert.equal((await callFrames(probe, [frameOf(broken, { flag: 1 })], gzip)).code, 13);
      await assertTakes(probe);
    },
  },
  {
    id: "G06",
    says: "refuses a message over the limit, before or after decompression, with RESOURCE_EXHAUSTED without RetryInfo",
    server: { grpc: { max_recv_msg_size_mib: 1 } },
    notFor: overGrpc,
    async run(probe) {
      const large = requestOfSize(MEBIBYTE + 1);
      const answers = [
        await callFrames(probe, [frameOf(large)]),
        await callFrames(probe, [compressed(large, gzipSync)], { "grpc-encoding": "gzip" }),
      ];
      for (const answer of answers) {
        assert.equal(answer.code, 8);
        assert.deepEqual(detailsOf(statusDetailsOf(answer)), []);
      }
      const largest = requestOfSize(MEBIBYTE);
      assert.equal((await callFrames(probe, [frameOf(largest)])).code, 0);
      assert.equal((await callFrames(probe, [compressed(largest, gzipSync)], { "grpc-encoding": "gzip" })).code, 0);
    },
  },
  {
    id: "G07",
    says: "refuses a message that claims 4 GiB at once, without waiting for it",
    notFor: overGrpc,
    async run(probe) {
      const before = process.memoryUsage().rss;
      const pieces = [frameOf(Buffer.from("little"), { length: 0xffff_ffff })];
      const answer = await probe.callRaw({ pieces, halfOpen: true });
      assert.equal(answer.code, 8);
      assert(process.memoryUsage().rss - before < 256 * MEBIBYTE);
      await assertTakes(probe);
    },
  },
  {
    id: "G08",
    says: "refuses what is not the signal's message with INVALID_ARGUMENT and a BadRequest",
    notFor: overGrpc,
    async run(probe) {
      const { code, message, statusDetails } = await probe.call(Buffer.from("not protobuf"));
      assert.equal(code, 3);
      assert.deepEqual(detailsOf(statusDetails), [[BAD_REQUEST, { fieldViolations: [{ description: message }] }]]);
    },
  },
  {
    id: "G09",
    says: "refuses unknown callers with UNAUTHENTICATED and known ones without the right with PERMISSION_DENIED, unread",
    server: {
      grpc: { auth: { authenticator: "bearertokenauth" } },
      authenticator: { tokens: ["right", { token: "reader", rights: ["read"] }] },
    },
    notFor: overGrpc,
    async run(probe) {
      const codeFor = async (authorization?: string): Promise<number> => {
        const metadata = new Metadata();
        if (authorization !== undefined) metadata.set("authorization", authorization);
        return (await probe.call(Buffer.from("not protobuf"), metadata)).code;
      };
      assert.equal(await codeFor(), 16);
      assert.equal(await codeFor("Bearer wrong"), 16);
      assert.equal(await codeFor("Bearer reader"), 7);
      assert.equal(await codeFor("Bearer right"), 3);
    },
  },
  {
    id: "G10",
    says: "refuses with UNAVAILABLE and a RetryInfo of one or two seconds when nothing can be taken now",
    notFor: overGrpc,
    async run(probe) {
      probe.inner.refuseWith(new UnavailableError("busy"));
      const { code, statusDetails } = await probe.call(Buffer.from("nobody looks"));
      assert.equal(code, 14);
      const [[type, retryInfo] = []] = detailsOf(statusDetails);
      assert.equal(type, RETRY_INFO);
      assert.match(JSON.stringify(retryInfo), /^\{"retryDelay":\{"seconds":"[12]"\}\}$/);
    },
  },
  {
    id: "G11",
    says: "never asks for RESOURCE_EXHAUSTED to be sent again, whatever was too large",
    server: { grpc: { max_recv_msg_size_mib: 1 } },
    notFor: overGrpc,
    async run(probe) {
      for (const size of [MEBIBYTE + 1, 3 * MEBIBYTE]) {
        const { code, statusDetails } = await probe.call(requestOfSize(size));
        assert.equal(code, 8);
        assert(detailsOf(statusDetails).every(([type]) => type !== RETRY_INFO));
      }
    },
  },
  {
    id: "G12",
    says: "uses a retryable code exactly for what may succeed when it is sent again",
    notFor: overGrpc,
    async run(probe) {
      for (const passing of [new Error("disk full"), new UnavailableError("busy")]) {
        probe.inner.failWith(passing);
        assert(RETRYABLE.includes((await probe.call(bytesOf(probe))).code));
      }
      probe.inner.failWith(new PermanentError("never"));
      assert(!RETRYABLE.includes((await probe.call(bytesOf(probe))).code));
      assert(!RETRYABLE.includes((await probe.call(Buffer.from("not protobuf"))).code));
    },
  },
  {
    id: "G13",
    says: "answers a failing pipeline with UNAVAILABLE, one that fails for ever with INTERNAL, and says nothing of why",
    notFor: overGrpc,
    async run(probe) {
      probe.inner.failWith(new Error("secret of the inside"));
      const failed = await probe.call(bytesOf(probe));
      assert.equal(failed.code, 14);
      assert.doesNotMatch(failed.message, /secret/);
      probe.inner.failWith(new PermanentError("never"));
      assert.equal((await probe.call(bytesOf(probe))).code, 13);
    },
  },
  {
    id: "G14",
    says: "answers unknown services and methods with UNIMPLEMENTED, and what is not gRPC with HTTP 415",
    notFor: once,
    async run(probe) {
      const paths = ["/x.Y/Export", "/opentelemetry.proto.collector.trace.v1.TraceService/export", "/v1/traces", "/"];
      for (const path of paths) assert.equal((await probe.callRaw({ path })).code, 12, path);
      for (const type of ["application/json", "application/x-protobuf", "application/grpcx"]) {
        const answer = await probe.callRaw({ headers: { "content-type": type } });
        assert.deepEqual([answer.httpStatus, answer.code], [415, Number.NaN], type);
      }
      for (const type of ["application/grpc+proto", "application/grpc;x=y"]) {
        const pieces = [frameOf(Buffer.alloc(0))];
        assert.equal((await probe.callRaw({ headers: { "content-type": type }, pieces })).code, 0, type);
      }
    },
  },
  {
    id: "G15",
    says: "answers a partial success with the same bytes as over HTTP",
    notFor: all(overGrpc, ofRecords),
    async run(probe) {
      const { cell } = probe;
      const bad = cell.signal === "traces" ? { traceId: "00", spanId: "00" } : { traceId: "00", spanId: "00ff" };
      const good = asObject(smallRequest(cell.signal));
      const request = { ...good, ...mergeRecords(good, asObject(requestWith(cell.signal, [bad]))) };
      const body = oracleEncode(requestTypeOf(cell.signal), request);
      const overHttp = await probe.send({ body });
      const answer = await probe.call(body);
      assert.deepEqual([answer.code, overHttp.status], [0, 200]);
      assert(answer.body.length > 0);
      assert.deepEqual(answer.body, overHttp.body);
    },
  },
  {
    id: "G16",
    says: "has the collector's settings for streams and for keeping connections",
    server: {
      grpc: {
        max_concurrent_streams: 3,
        keepalive: {
          server_parameters: {
            max_connection_idle: "11s",
            max_connection_age: "12s",
            max_connection_age_grace: "13s",
            time: "30s",
            timeout: "5s",
          },
          enforcement_policy: { min_time: "10s", permit_without_stream: true },
        },
      },
    },
    notFor: once,
    async run(probe) {
      const session = await openSession(probe.server.grpcAddress);
      assert.equal(session.remoteSettings.maxConcurrentStreams, 3);
      session.destroy();
      await assertTakes(probe);
    },
  },
  {
    id: "G17",
    says: "finishes the calls under way when it stops, and takes no new ones",
    server: { grpc: { read_timeout: "30s" } },
    notFor: once,
    async run(probe) {
      const { grpcAddress } = probe.server;
      const frame = frameOf(bytesOf(probe));
      const session = await openSession(grpcAddress);
      const stream = beginCall(session);
      const answer = answerOf(stream);
      await new Promise((resolve) => void stream.write(frame.subarray(0, 20), resolve));
      await callOver(session, { pieces: [frame] }); // what came before this has arrived
      const stopped = probe.inner.shutdown();
      await until(() => session.closed);
      await assert.rejects(openSession(grpcAddress));
      stream.end(frame.subarray(20));
      assert.equal((await answer).code, 0);
      await stopped;
      assert.equal(probe.delivered().length, 2);
    },
  },
  {
    id: "G18",
    says: "offers no health and no reflection service on the port of OTLP",
    notFor: once,
    async run(probe) {
      for (const service of ["health.v1.Health/Check", "reflection.v1.ServerReflection/ServerReflectionInfo"])
        assert.equal((await probe.callRaw({ path: `/grpc.${service}` })).code, 12);
    },
  },
  {
    id: "G19",
    says: "survives a caller who cancels or whose deadline passes, and counts nothing twice",
    server: { grpc: { read_timeout: "31s" } },
    notFor: overGrpc,
    async run(probe) {
      const path = methodOf(probe.cell.signal);
      const session = await openSession(probe.server.grpcAddress);
      const stream = beginCall(session, { path });
      stream.write(frameOf(bytesOf(probe)).subarray(0, 9));
      await new Promise(setImmediate);
      stream.destroy();
      const headers = { "grpc-timeout": "20m" };
      const late = await callOver(session, { path, headers, pieces: [Buffer.alloc(3)], halfOpen: true });
      assert.equal(late.code, 4);
      session.destroy();
      assert.deepEqual(probe.delivered(), []);
      const answer = await callExport(probe.server.grpcAddress, probe.cell.signal, bytesOf(probe), new Metadata());
      assert.equal(answer.code, 0);
      assert.equal(probe.delivered().length, 1);
    },
  },
];

/** The resources of both requests. */
function mergeRecords(left: Record<string, unknown>, right: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(left).map(([key, value]) => [key, [value, right[key]].flatMap((list) => list)]),
  );
}
