/** The thread that makes items of OTLP: what it costs is bounded, and what ends it ends nothing else. */
import { describe, expect, it } from "vitest";
import { readOtlpItems } from "../../../src/api/evaluation/read-otlp-items.ts";
import { toJsonRequest } from "../../../src/otlp/to-json-request.ts";
import { attributes, modelCall } from "../../support/agent-spans.ts";

const said = (content: string) => JSON.stringify([{ role: "assistant", parts: [{ type: "text", content }] }]);

function bodyOf(conversations: number, length = 10): Uint8Array {
  const spans = Array.from({ length: conversations }, (_, at) =>
    modelCall([{ role: "user", content: `question ${at} ${"x".repeat(length)}` }], {
      startSecond: at,
      attributes: attributes({ "gen_ai.conversation.id": `c${at}`, "gen_ai.output.messages": said(`answer ${at}`) }),
    }),
  );
  return Buffer.from(JSON.stringify(toJsonRequest(spans)));
}

describe("items of OTLP", () => {
  it("are those of each body, whoever else sends one", async () => {
    const bodies = [bodyOf(3), Buffer.from("nonsense"), bodyOf(1)];
    const read = await Promise.allSettled(bodies.map(async (body) => readOtlpItems({ format: "json", body })));
    expect(read.map((one) => (one.status === "fulfilled" ? one.value.length : "refused"))).toEqual([3, "refused", 1]);
  });

  it("name no session that is stored", async () => {
    const [item] = await readOtlpItems({ format: "json", body: bodyOf(1) });
    expect(item).toMatchObject({ output: "answer 0", key: expect.stringMatching(/^[\da-f]{32}:1$/) as unknown });
    expect(item).not.toHaveProperty("origin");
  });

  it("go by the keys of the configuration that name a conversation", async () => {
    const spans = ["What?", "And then?"].map((content, at) =>
      modelCall([{ role: "user", content }], {
        startSecond: at,
        attributes: attributes({ "our.thread": "t1", "gen_ai.output.messages": said(content) }),
      }),
    );
    const body = Buffer.from(JSON.stringify(toJsonRequest(spans)));
    const sessionsIn = async (keys: object) =>
      new Set((await readOtlpItems({ format: "json", body, ...keys })).map(({ key }) => key.split(":")[0])).size;
    expect(await sessionsIn({ conversationKeys: ["our.thread"] })).toBe(1);
    expect(await sessionsIn({})).toBe(2);
  });

  it("are refused when they take more time than there is, and the next ones are read", async () => {
    const reading = readOtlpItems({ format: "json", body: bodyOf(3000, 5000) }, 20);
    await expect(reading).rejects.toMatchObject({ status: 413, code: "dataset_too_large" });
    expect(await readOtlpItems({ format: "json", body: bodyOf(2) })).toHaveLength(2);
  });
});
