/** R21 to R26: Content-Type. */
import assert from "node:assert/strict";
import { type Assertion, overHttp } from "./assertion.ts";
import { assertDelivered, bodyOf } from "./checks.ts";
import { asObject } from "./outcome.ts";
import type { Probe } from "./probe.ts";

const mediaTypeOf = ({ headers }: Probe): string => headers["content-type"] ?? "";
const sendAs = async (probe: Probe, contentType: string) =>
  probe.send({ headers: { "content-type": contentType }, body: bodyOf(probe) });

const UNSUPPORTED = ["", "invalid", "text/plain", "application/protobuf", "application/octet-stream"];

export const contentAssertions: readonly Assertion[] = [
  {
    id: "R21",
    says: "takes application/x-protobuf as protobuf and application/json as OTLP/JSON, and nothing as the other",
    notFor: overHttp,
    async run(probe) {
      assert.equal((await sendAs(probe, mediaTypeOf(probe))).status, 200);
      assertDelivered(probe, 1);
      const other = mediaTypeOf(probe) === "application/json" ? "application/x-protobuf" : "application/json";
      assert.equal((await sendAs(probe, other)).status, 400);
    },
  },
  {
    id: "R22",
    says: "tolerates parameters of the Content-Type",
    notFor: overHttp,
    async run(probe) {
      for (const parameters of ["; charset=utf-8", ";charset=UTF-8;x=y"])
        assert.equal((await sendAs(probe, `${mediaTypeOf(probe)}${parameters}`)).status, 200);
    },
  },
  {
    id: "R23",
    says: "does not mind the case of the Content-Type",
    notFor: overHttp,
    async run(probe) {
      assert.equal((await sendAs(probe, mediaTypeOf(probe).toUpperCase())).status, 200);
    },
  },
  {
    id: "R24",
    says: "refuses every other Content-Type, and none, with 415 and a Status",
    notFor: overHttp,
    async run(probe) {
      for (const contentType of UNSUPPORTED) assert.equal((await sendAs(probe, contentType)).status, 415);
      const { status, body } = await probe.send({ headers: {}, body: bodyOf(probe) });
      assert.equal(status, 415);
      assert.equal(asObject(JSON.parse(body.toString()))["code"], 3);
      assertDelivered(probe, 0);
    },
  },
  {
    id: "R25",
    says: "answers in the Content-Type of the request, without parameters, whatever the answer is",
    notFor: overHttp,
    async run(probe) {
      const headers = { "content-type": `${mediaTypeOf(probe)}; charset=utf-8` };
      const requests = [
        { headers, body: bodyOf(probe) },
        { headers, body: "broken" },
        { headers, method: "PUT" },
      ];
      for (const request of [...requests, { headers, path: "/nowhere" }])
        assert.equal((await probe.send(request)).headers["content-type"], mediaTypeOf(probe));
    },
  },
  {
    id: "R26",
    says: "answers in JSON when the request has no Content-Type that it knows",
    notFor: overHttp,
    async run(probe) {
      for (const headers of [{}, { "content-type": "text/plain" }]) {
        const answer = await probe.send({ method: "PUT", headers });
        assert.equal(answer.headers["content-type"], "application/json");
        assert.equal(asObject(JSON.parse(answer.body.toString()))["code"], 12);
      }
    },
  },
];
