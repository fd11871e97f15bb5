import { expect, it } from "vitest";
import { examineSession } from "../../../instrumentation/src/doctor/examine-session.ts";
import { otlpTarget } from "../../../instrumentation/src/otlp/target.ts";

it("has nothing to say against a server that has no API of ours, unless TURNWISE_URL says that it has", async () => {
  // All of 127.0.0.0/8 is this machine, and nobody listens on this address.
  const target = otlpTarget({ endpoint: "http://127.0.0.9:4318" }, {});
  const span = { conversationId: "doctor", spanId: "0123456789abcdef", payload: new Uint8Array() };
  expect(await examineSession(target, span, {})).toEqual({
    name: "session",
    ok: true,
    detail: "not looked for: no Turnwise answers at http://127.0.0.9:8000; TURNWISE_URL names another",
  });
  expect(await examineSession(target, span, { TURNWISE_URL: "http://127.0.0.9:1/" })).toEqual({
    name: "session",
    ok: false,
    detail: "no Turnwise answers at http://127.0.0.9:1",
    remedy: "Correct TURNWISE_URL",
  });
});
