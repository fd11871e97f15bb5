/** The process that makes items of OTLP: what it costs is bounded, and what ends it ends nothing else. */
import { describe, expect, it } from "vitest";
import type { SentOtlp } from "../../../src/api/evaluation/otlp-items.ts";
import { type OtlpItemsBounds, readOtlpItems } from "../../../src/api/evaluation/read-otlp-items.ts";
import type { EvaluationItem } from "../../../src/model/evaluation.ts";
import { toJsonRequest } from "../../../src/otlp/to-json-request.ts";
import { attributes, modelCall } from "../../support/agent-spans.ts";

const said = (content: string) => JSON.stringify([{ role: "assistant", parts: [{ type: "text", content }] }]);

function bodyOf(conversations: number, length = 10, start = 0): Uint8Array {
  const spans = Array.from({ length: conversations }, (_, at) =>
    modelCall([{ role: "user", content: `question ${start + at} ${"x".repeat(length)}` }], {
      startSecond: start + at,
      attributes: attributes({
        "gen_ai.conversation.id": `c${start + at}`,
        "gen_ai.output.messages": said(`answer ${start + at}`),
      }),
    }),
  );
  return Buffer.from(JSON.stringify(toJsonRequest(spans)));
}

const patient = new AbortController().signal;

async function read(
  sent: Omit<SentOtlp, "format"> & Partial<SentOtlp>,
  { ended = patient, ...bounds }: Partial<OtlpItemsBounds> & { readonly ended?: AbortSignal } = {},
): Promise<readonly EvaluationItem[]> {
  const items: EvaluationItem[] = [];
  for await (const item of readOtlpItems({ format: "json", ...sent }, ended, bounds)) items.push(item);
  return items;
}

describe("items of OTLP", () => {
  it("are those of each body, whoever else sends one", async () => {
    const bodies = [bodyOf(3), Buffer.from("nonsense"), bodyOf(1)];
    const all = await Promise.allSettled(bodies.map(async (body) => read({ body })));
    expect(all.map((one) => (one.status === "fulfilled" ? one.value.length : "refused"))).toEqual([3, "refused", 1]);
  });

  it("name no session that is stored", async () => {
    const [item] = await read({ body: bodyOf(1) });
    expect(item).toMatchObject({ output: "answer 0", key: expect.stringMatching(/^[\da-f]{32}:1$/) as unknown });
    expect(item).not.toHaveProperty("origin");
  });

  it("say what was said, also what no line and no text may hold", async () => {
    const content = "one\u2028two\ntwo\ud800 \u0000 \u00e4\ud83d\ude00";
    const span = modelCall([{ role: "user", content: "What?" }], {
      attributes: attributes({ "gen_ai.conversation.id": "c", "gen_ai.output.messages": said(content) }),
    });
    const [item] = await read({ body: Buffer.from(JSON.stringify(toJsonRequest([span]))) });
    expect(item?.output).toBe(content);
  });

  it("go by the keys of the configuration that name a conversation", async () => {
    const spans = ["What?", "And then?"].map((content, at) =>
      modelCall([{ role: "user", content }], {
        startSecond: at,
        attributes: attributes({ "our.thread": "t1", "gen_ai.output.messages": said(content) }),
      }),
    );
    const body = Buffer.from(JSON.stringify(toJsonRequest(spans)));
    const sessionsIn = async (keys: Pick<SentOtlp, "conversationKeys">) =>
      new Set((await read({ body, ...keys })).map(({ key }) => key.split(":")[0])).size;
    expect(await sessionsIn({ conversationKeys: ["our.thread"] })).toBe(1);
    expect(await sessionsIn({})).toBe(2);
  });

  it.each([
    ["memory", { heapMib: 24 }],
    ["time", { withinMs: 20 }],
  ])("are refused when they take more %s than there is, and the next ones are read", async (_, bounds) => {
    // As lines, each is within the bounds of one body; together they are not.
    const body = Buffer.concat([bodyOf(1000, 4000), Buffer.from("\n"), bodyOf(1000, 4000, 1000)]);
    const reading = read({ format: "jsonl", body }, bounds);
    await expect(reading).rejects.toMatchObject({ status: 413, code: "dataset_too_large" });
    expect(await read({ body: bodyOf(2) })).toHaveLength(2);
  });

  it("are read no further for who has gone, and those behind need not wait", async () => {
    const gone = new AbortController();
    const leaving = [bodyOf(1000, 1000), bodyOf(1)].map(async (body) => read({ body }, { ended: gone.signal }));
    const next = read({ body: bodyOf(1) });
    setTimeout(() => gone.abort("gone"), 20);
    expect(await Promise.allSettled(leaving)).toEqual([1, 2].map(() => ({ status: "rejected", reason: "gone" })));
    expect(await next).toHaveLength(1);
  });

  it("are given up by who takes no more of them", async () => {
    for await (const item of readOtlpItems({ format: "json", body: bodyOf(100) }, patient)) {
      expect(item.output).toBe("answer 0");
      break;
    }
    expect(await read({ body: bodyOf(1) })).toHaveLength(1);
  });
});
