/** R01 to R09: routing and methods. */
import assert from "node:assert/strict";
import { parseConfig } from "../support/open-receiver.ts";
import { JSON_TYPE } from "../support/http-client.ts";
import { all, type Assertion, everywhere, onlyOnce, overHttp } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { httpOutcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { smallRequest } from "./requests.ts";

const SIGNAL_IDS = { R01: "traces", R02: "logs", R03: "metrics" } as const;

const OWN_PATHS = { traces_url_path: "spans", logs_url_path: "/my/logs", metrics_url_path: "a/b/metrics" };
const OWN_PATH_OF = { traces: "/spans", logs: "/my/logs", metrics: "/a/b/metrics" } as const;

/** The whole request, as it would be taken. */
const sendTo = async (probe: Probe, path: string) => probe.send({ path, body: bodyOf(probe) });

const TOKENS = { tokens: [{ token: "right", project: "default" }] };
const WITH_AUTHENTICATION = { authenticator: TOKENS, http: { auth: { authenticator: "bearertokenauth" } } };

export const routingAssertions: readonly Assertion[] = [
  ...Object.entries(SIGNAL_IDS).map(([id, signal]): Assertion => ({
    id,
    says: `takes an export of ${signal} at its own path`,
    notFor: (cell) => (cell.signal === signal ? undefined : `about ${signal}`),
    async run(probe) {
      assert.deepEqual(await probe.export(smallRequest(signal, 3)), ACCEPTED);
      assertDelivered(probe, 3);
      assert.deepEqual(new Set(probe.delivered().map((batch) => batch.signal)), new Set([signal]));
    },
  })),
  {
    id: "R04",
    says: "serves configured paths, with or without their leading slash, and not the default ones",
    server: { http: OWN_PATHS },
    notFor: overHttp,
    async run(probe) {
      const { signal } = probe.cell;
      assert.equal((await sendTo(probe, OWN_PATH_OF[signal])).status, 200);
      assert.equal((await sendTo(probe, `/v1/${signal}`)).status, 404);
    },
  },
  {
    id: "R04",
    says: "refuses a configured path that is none, and names the field",
    notFor: (cell) => (cell.encoding === "http/protobuf" ? undefined : "about the configuration"),
    async run({ cell: { signal } }) {
      const http = { [`${signal}_url_path`]: ":not a path" };
      assert.throws(() => parseConfig({ protocols: { http } }), new RegExp(`${signal}_url_path`));
    },
  },
  {
    id: "R05",
    says: "does not serve a signal without a pipeline: 404, UNIMPLEMENTED",
    server: { signals: [] },
    notFor: everywhere,
    async run(probe) {
      const { code, message } = await probe.export(smallRequest(probe.cell.signal));
      assert.equal(code, 12);
      assert.match(message, new RegExp(probe.cell.signal));
      if (probe.cell.encoding !== "grpc") assert.equal((await sendTo(probe, `/v1/${probe.cell.signal}`)).status, 404);
    },
  },
  {
    id: "R06",
    says: "answers 404 at every other path: a trailing slash and the case of letters count",
    notFor: overHttp,
    async run(probe) {
      const { signal } = probe.cell;
      const upper = `/V1/${signal.toUpperCase()}`;
      const paths = ["/", `/v1/${signal}/`, upper, `/v1/${signal}x`, `/v1//${signal}`, `/v1%2F${signal}`, "/%zz"];
      for (const path of paths) assertRefusal(probe, await sendTo(probe, path), 404, 5);
    },
  },
  {
    id: "R06",
    says: "takes the paths under a prefix that other products have",
    notFor: overHttp,
    async run(probe) {
      for (const prefix of ["/otlp", "/otel", "/api/public/otel"])
        assert.equal((await sendTo(probe, `${prefix}/v1/${probe.cell.signal}`)).status, 200);
      assertDelivered(probe, 3);
    },
  },
  {
    id: "R07",
    says: "ignores the query of the path",
    notFor: overHttp,
    async run(probe) {
      assert.equal((await sendTo(probe, `/v1/${probe.cell.signal}?a=b&c=/v1/nothing`)).status, 200);
    },
  },
  {
    id: "R08",
    says: "answers any method but POST with 405, Allow: POST and a Status",
    notFor: overHttp,
    async run(probe) {
      for (const method of ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const answer = await probe.send({ method });
        assertRefusal(probe, answer, 405, 12);
        assert.equal(answer.headers.allow, "POST");
      }
      const { status, headers, body } = await probe.send({ method: "HEAD" });
      assert.deepEqual([status, headers.allow, body.length], [405, "POST", 0]);
    },
  },
  {
    id: "R09",
    says: "checks who sends, then coding, method, content type, and only then the body",
    server: WITH_AUTHENTICATION,
    notFor: overHttp,
    async run(probe) {
      const wrong = { "content-type": "text/plain", "content-encoding": "foo" };
      const known = { authorization: "Bearer right" };
      const head = async (method: string, headers: Record<string, string>) =>
        (await probe.send({ method, headers, body: "x" })).status;
      assert.equal(await head("PUT", wrong), 401);
      assert.equal(await head("PUT", { ...wrong, ...known }), 415);
      assert.equal(await head("PUT", { "content-type": "text/plain", ...known }), 405);
      assert.equal(await head("POST", { "content-type": "text/plain", ...known }), 415);
      assert.equal(await head("POST", { ...probe.headers, ...known }), 400);
      assertDelivered(probe, 0);
      await assertTakes(probe, known);
    },
  },
  {
    id: "L08",
    says: "answers 404 for profiles, which are alpha",
    notFor: all(overHttp, onlyOnce("about profiles", "http/json")),
    async run(probe) {
      const answer = await probe.send({ path: "/v1development/profiles", headers: JSON_TYPE, body: "{}" });
      assert.deepEqual([answer.status, httpOutcome("traces", answer).code], [404, 5]);
    },
  },
];
