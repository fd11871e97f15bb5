/** R80 to R95: responses. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { ForbiddenError, PermanentError, UnauthenticatedError, UnavailableError } from "../../src/model/errors.ts";
import { field, message } from "../otlp/wire.ts";
import { counterOf } from "../support/open-receiver.ts";
import { all, type Assertion, everywhere, inProtobuf, ofRecords, onlyOnce, overHttp } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { requestText } from "./connection-assertions.ts";
import { httpOutcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { encodeRequest, requestWith, smallRequest, SPAN, TRACE } from "./requests.ts";

/** What SDKs send again after (specification, "Retryable Response Codes"). */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** What a pipeline may throw, and what the sender is told: HTTP status and google.rpc.Code. */
const FAILURES: readonly (readonly [error: Error, httpStatus: number, code: number])[] = [
  [new UnavailableError("busy"), 503, 14],
  [new Error("nobody foresaw it"), 503, 14],
  [new PermanentError("never"), 500, 13],
  [new UnauthenticatedError("who?", { hadCredentials: false }), 401, 16],
  [new ForbiddenError("no"), 403, 7],
];

const SECRET = "sk-SECRETSECRETSECRET";

/** A request with one good record and three bad ones. */
function mixedRequest(signal: "traces" | "logs"): object {
  const bad = { traceId: "12", spanId: SPAN };
  return requestWith(signal, [bad, { traceId: TRACE, spanId: SPAN }, bad, bad]);
}

async function statusAfter(probe: Probe, error: Error) {
  probe.inner.failWith(error);
  return probe.send({ body: bodyOf(probe) });
}

export const responseAssertions: readonly Assertion[] = [
  {
    id: "R80",
    says: "answers full success with partial_success unset: no bytes, or {}",
    notFor: everywhere,
    async run(probe) {
      if (probe.cell.encoding === "grpc") assert.equal((await probe.call(bodyOf(probe))).body.length, 0);
      else {
        const { status, body } = await probe.send({ body: bodyOf(probe) });
        assert.deepEqual([status, body.toString()], [200, probe.cell.encoding === "http/json" ? "{}" : ""]);
      }
    },
  },
  {
    id: "R81",
    says: "answers success with 200, never with 202 or 204",
    notFor: overHttp,
    async run(probe) {
      for (const count of [0, 1, 100]) assert.equal((await probe.send({ body: bodyOf(probe, count) })).status, 200);
    },
  },
  {
    id: "R82",
    says: "answers partial success with the number of rejected records and the reason",
    notFor: ofRecords,
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const { code, rejected, message: reason } = await probe.export(mixedRequest(signal));
      assert.deepEqual([code, rejected], [0, 3]);
      assert.match(reason, /^3 rejected: \w+\[0\]: .*trace/);
    },
  },
  {
    id: "R82",
    says: "writes the number as a JSON string",
    notFor: all((cell) => (cell.encoding === "http/json" ? undefined : "about the JSON encoding"), ofRecords),
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const { body } = await probe.send({ body: encodeRequest(probe.cell, mixedRequest(signal)) });
      const name = signal === "traces" ? "rejectedSpans" : "rejectedLogRecords";
      assert.match(body.toString(), new RegExp(`"${name}":"3"`));
    },
  },
  {
    id: "R83",
    says: "warns of nothing when everything was taken",
    notFor: everywhere,
    async run(probe) {
      assert.deepEqual(await probe.export(smallRequest(probe.cell.signal, 5)), ACCEPTED);
    },
  },
  {
    id: "R84",
    says: "rejects only what can never be taken: a delivery that fails rejects nothing, the whole is to be sent again",
    notFor: ofRecords,
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      probe.inner.failWith(new UnavailableError("busy"));
      const { code, rejected } = await probe.export(mixedRequest(signal));
      assert.deepEqual([code, rejected], [14, 0]);
      probe.inner.failWith(undefined);
      assert.equal((await probe.export(mixedRequest(signal))).rejected, 3);
      assertDelivered(probe, 1);
    },
  },
  {
    id: "R85",
    says: "answers in less than 64 KiB when a hundred thousand records are rejected",
    notFor: all(inProtobuf, ofRecords),
    async run(probe) {
      const broken = field(2, field(probe.cell.signal === "traces" ? 1 : 9, Buffer.alloc(3, 1)));
      const body = field(1, field(2, message(...Array.from({ length: 100_000 }, () => broken))));
      const { code, rejected, message: reason } = await probe.export(body);
      assert.deepEqual([code, rejected], [0, 100_000]);
      assert(reason.length < 4096);
    },
  },
  {
    id: "R85",
    says: "answers in less than 64 KiB when a refusal has much to say",
    notFor: everywhere,
    async run(probe) {
      probe.inner.failWith(new PermanentError("x".repeat(5_000_000)));
      const { code, message: reason } = await probe.export(smallRequest(probe.cell.signal));
      assert.equal(code, 13);
      assert(reason.length <= 4096, `${reason.length} characters`);
    },
  },
  {
    id: "R86",
    says: "answers every refusal with a Status in the encoding of the request",
    server: { http: { max_request_body_size: 1000 } },
    notFor: overHttp,
    async run(probe) {
      const { headers } = probe;
      const body = bodyOf(probe);
      assertRefusal(probe, await probe.send({ body: "broken" }), 400, 3);
      assertRefusal(probe, await probe.send({ path: "/nowhere", body }), 404, 5);
      assertRefusal(probe, await probe.send({ method: "PUT", body }), 405, 12);
      assertRefusal(probe, await probe.send({ body: Buffer.alloc(1001) }), 413, 8);
      assertRefusal(probe, await probe.send({ headers: { ...headers, "content-encoding": "br" }, body }), 415, 3);
      assertRefusal(probe, await statusAfter(probe, new Error("x")), 503, 14);
      assertRefusal(probe, await statusAfter(probe, new PermanentError("x")), 500, 13);
    },
  },
  {
    id: "R86",
    says: "answers what is not HTTP with a Status, too",
    notFor: onlyOnce("about a connection"),
    async run(probe) {
      const heads = {
        "garbage\r\n\r\n": 400,
        "POST /v1/traces HTTP/1.1\r\n\r\n": 400,
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
        [`POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`]: 431,
      };
      for (const [head, status] of Object.entries(heads)) {
        const answer = await probe.sendRaw(head);
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.match(answer, /\{"code":3,"message":"[^"]+"/);
      }
      await assertTakes(probe);
    },
  },
  {
    id: "R87",
    says: "does not repeat in a refusal what was sent",
    notFor: everywhere,
    async run(probe) {
      const whole = Buffer.from(bodyOf(probe));
      const bodies = [Buffer.from(SECRET), Buffer.concat([whole, Buffer.from(SECRET)])];
      for (const body of bodies) {
        const { code, message: reason } = await probe.export(body, { "x-secret": SECRET });
        assert.equal(code, 3);
        assert(!reason.includes("SECRET"));
      }
      if (probe.cell.encoding === "grpc") return;
      const { body } = await probe.send({ path: `/${SECRET}`, headers: { "content-encoding": SECRET } });
      assert(!body.includes("SECRET"));
    },
  },
  {
    id: "R88",
    says: "maps what went wrong to the codes of the collector",
    notFor: overHttp,
    async run(probe) {
      for (const [error, httpStatus, code] of FAILURES)
        assertRefusal(probe, await statusAfter(probe, error), httpStatus, code);
    },
  },
  {
    id: "R89",
    says: "asks for it again after any failure of a pipeline that is not permanent, and not after one that is",
    notFor: everywhere,
    async run(probe) {
      probe.inner.failWith(new Error("nobody foresaw it"));
      assert.equal((await probe.export(smallRequest(probe.cell.signal))).code, 14);
      probe.inner.failWith(new PermanentError("never"));
      assert.equal((await probe.export(smallRequest(probe.cell.signal))).code, 13);
      assertDelivered(probe, 0);
      probe.inner.failWith(undefined);
      await assertTakes(probe);
    },
  },
  {
    id: "R90",
    says: "sends Retry-After with 429 and 503, and with nothing else",
    notFor: overHttp,
    async run(probe) {
      const answers = [
        await probe.send({ body: "broken" }),
        await probe.send({ path: "/nowhere" }),
        await probe.send({ method: "PUT" }),
        await probe.send({ body: bodyOf(probe) }),
      ];
      for (const [error] of FAILURES) answers.push(await statusAfter(probe, error));
      for (const { status, headers } of answers)
        assert.equal(headers["retry-after"] !== undefined, status === 503 || status === 429, String(status));
    },
  },
  {
    id: "R91",
    says: "asks for one or two seconds, and not all senders for the same",
    notFor: overHttp,
    async run(probe) {
      probe.inner.failWith(new UnavailableError("busy", { retryAfterSeconds: 60 }));
      assert.equal((await probe.send({ body: bodyOf(probe) })).headers["retry-after"], "2");
      probe.inner.failWith(new UnavailableError("busy", { retryAfterSeconds: 0 }));
      const delays = new Set<string | undefined>();
      for (let times = 0; times < 40; times += 1)
        delays.add((await probe.send({ body: bodyOf(probe) })).headers["retry-after"]);
      assert.deepEqual(delays, new Set(["1", "2"]));
    },
  },
  {
    id: "R91",
    says: "refuses before the body is read when nothing can be taken, with Retry-After",
    notFor: overHttp,
    async run(probe) {
      probe.inner.refuseWith(new UnavailableError("memory is short"));
      const head = requestText(probe, bodyOf(probe)).toString("latin1").split("\r\n\r\n")[0];
      const answer = await probe.sendRaw(`${head}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 503 /);
      assert.match(answer, /\r\nretry-after: [12]\r\n/i);
    },
  },
  {
    id: "R92",
    says: "answers with a retryable status exactly when sending again can help",
    notFor: overHttp,
    async run(probe) {
      for (const [error] of FAILURES) {
        const isTransient = !(
          error instanceof PermanentError ||
          error instanceof UnauthenticatedError ||
          error instanceof ForbiddenError
        );
        assert.equal(RETRYABLE.has((await statusAfter(probe, error)).status), isTransient);
      }
      probe.inner.failWith(undefined);
      for (const body of ["broken", Buffer.from([0xff, 0xff])])
        assert(!RETRYABLE.has((await probe.send({ body })).status));
    },
  },
  {
    id: "R93",
    says: "stores nothing of a body that breaks off, counts it, and logs no error",
    notFor: overHttp,
    async run(probe) {
      const aborted = (): number => counterOf(probe.inner, "turnwise_receiver_refused_requests", 'reason="aborted"');
      const errors = (): number => probe.inner.logger.lines.filter(({ level }) => level === "error").length;
      const [before, errorsBefore] = [aborted(), errors()];
      const request = requestText(probe, bodyOf(probe));
      for (let times = 0; times < 5; times += 1) {
        const socket = connect(probe.server.port, probe.server.host);
        await once(socket, "connect");
        await new Promise((written) => socket.write(request.subarray(0, -5), written));
        socket.destroy();
      }
      const giveUpAt = Date.now() + 5000;
      while (aborted() < before + 5 && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.equal(aborted(), before + 5);
      assertDelivered(probe, 0);
      assert.equal(errors(), errorsBefore);
    },
  },
  {
    id: "R94",
    says: "does not compress its small answers",
    notFor: overHttp,
    async run(probe) {
      const headers = { ...probe.headers, "accept-encoding": "gzip, deflate" };
      const answer = await probe.send({ headers, body: bodyOf(probe) });
      assert.equal(answer.headers["content-encoding"], undefined);
      assert.deepEqual(httpOutcome(probe.cell.signal, answer), ACCEPTED);
    },
  },
  {
    id: "R95",
    says: "adds the configured response_headers to every answer",
    server: { http: { response_headers: { "X-Served-By": "turnwise", "strict-transport-security": "max-age=1" } } },
    notFor: overHttp,
    async run(probe) {
      for (const sending of [{ body: bodyOf(probe) }, { body: "broken" }, { path: "/nowhere" }]) {
        const { headers } = await probe.send(sending);
        assert.deepEqual([headers["x-served-by"], headers["strict-transport-security"]], ["turnwise", "max-age=1"]);
      }
    },
  },
];
