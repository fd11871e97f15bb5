import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createDecodeThread } from "../../../src/receivers/otlp/decode-large.ts";
import { UnavailableError } from "../../../src/model/errors.ts";
import { RequestRefusal } from "../../../src/receivers/otlp/request-refusal.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { zstdEndless, zstdStored } from "../../support/zstd-frames.ts";
import { spansBody } from "./bodies.ts";
import { PROTOBUF, send, startReceiver } from "./receiver.ts";

const ZSTD = { ...PROTOBUF, "content-encoding": "zstd" };

test("a body that never comes to an end is refused, and the next ones are decoded", async () => {
  const thread = createDecodeThread(recordingLogger(), { answerWithinMs: 1500 });
  onTestFinished(thread.shutdown);
  const sent = { signal: "traces", encoding: "protobuf", coding: "zstd", limit: 100_000, transport: "http" } as const;
  const endless = thread.decode({ ...sent, body: zstdEndless() });
  const behind = thread.decode({ ...sent, body: zstdStored(spansBody(3)) });
  const [refused, waiting] = await Promise.allSettled([endless, behind]);
  expect(refused).toMatchObject({ status: "rejected", reason: { httpStatus: 400 } });
  // It came to nothing with the thread, and is to be sent again.
  expect(waiting).toMatchObject({ status: "rejected", reason: { name: "UnavailableError" } });
  expect(await thread.decode({ ...sent, body: zstdStored(spansBody(3)) })).toMatchObject({ rejected: 0 });
});

test("bytes changed at random are decoded or refused, and never end the process", async () => {
  const thread = createDecodeThread(recordingLogger(), { answerWithinMs: 1000 });
  onTestFinished(thread.shutdown);
  const body = readFileSync(new URL("../../fixtures/zstd/spans.level-1.zst", import.meta.url));
  const changes = fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  const sent = { signal: "traces", encoding: "json", coding: "zstd", limit: 1_000_000, transport: "http" } as const;
  const checked = fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      const copy = Buffer.from(body);
      for (const [at, byte] of changed) copy[at] = byte;
      const outcome = await thread.decode({ ...sent, body: copy }).catch((error: unknown) => error);
      const isAnswer = outcome instanceof RequestRefusal || outcome instanceof UnavailableError;
      return isAnswer || !(outcome instanceof Error);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
  await expect(checked).resolves.toBeUndefined();
}, 40_000);

test("a body that never comes to an end holds up nobody else meanwhile", async () => {
  const receiver = await startReceiver();
  const endless = send(receiver, { headers: ZSTD, body: zstdEndless() });
  for (let times = 0; times < 5; times += 1) expect((await send(receiver, { body: spansBody() })).status).toBe(200);
  expect((await endless).status).toBe(400);
  expect((await send(receiver, { headers: ZSTD, body: zstdStored(spansBody()) })).status).toBe(200);
}, 40_000);
