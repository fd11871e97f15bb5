import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { runWithModel } from "./run-with-model.ts";
import { type Collector, startCollector } from "./start-collector.ts";

let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => collector.close());

const outputSchema = z.tuple([
  z.boolean(),
  z.object({ traceId: z.string(), spanId: z.string() }),
  z.array(z.tuple([z.string(), z.string().nullable()])),
]);
const readOutput = (stdout: string): z.infer<typeof outputSchema> =>
  outputSchema.parse(
    stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  );

describe.each(["before", "after"])("beside a NodeSDK started %s us", (order) => {
  it("keeps the application's provider, context and spans as they are", async () => {
    const { stdout, stderr, code } = await runWithModel("beside-node-sdk.mjs", { args: [order], env: collector.env });
    const [isActive, { spanId }, parents] = readOutput(stdout);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(isActive).toBe(true);
    // Its own spans hang together as without us, and none of ours is among them.
    expect(new Map(parents)).toEqual(
      new Map([
        ["POST /chat", null],
        ["SELECT orders", spanId],
      ]),
    );
  });

  it.each(["sampled", "unsampled"])(
    "records all of ours in the application's trace when that is %s",
    async (sampling) => {
      const { stdout } = await runWithModel("beside-node-sdk.mjs", { args: [order, sampling], env: collector.env });
      const [, request] = readOutput(stdout);
      const spans = collector.conversation("conversation");
      expect(spans.map(({ name }) => name)).toEqual(["chat hello", "execute_tool lookup"]);
      expect(spans.map(({ traceId, parentSpanId }) => ({ traceId, spanId: parentSpanId }))).toEqual([request, request]);
      expect(collector.spans()).toHaveLength(2);
    },
  );
});
