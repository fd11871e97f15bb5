import { createServer } from "node:http";
import { expect, it } from "vitest";
import { runDemo } from "../../examples/run-demo.mjs";
import { portOf } from "../support/port-of.ts";
import { inShort, sessionsOf } from "./sessions-of.ts";
import { startCollector } from "./start-collector.ts";

it("is one session of three turns, whose second claims success after a failed tool", async () => {
  const collector = await startCollector();
  const { conversationId, transcript } = await runDemo({ otlpUrl: collector.url });
  const [session, ...others] = await sessionsOf(collector);
  await collector.close();
  expect(others).toEqual([]);
  expect(session).toMatchObject({ conversationId, models: ["gpt-5.4-mini"] });
  expect(session?.tools.map(({ name }) => name)).toEqual(["get_order", "refund_order", "quote_shipping"]);
  expect(session?.usage.inputTokens).toBeGreaterThan(0);
  expect(transcript.match(/^user: /gm)).toHaveLength(3);
  expect(inShort(session!)).toEqual([
    {
      user: "Hi! Where is my order K-1042?",
      reply: "Your order K-1042, a two-person tent, is in transit.",
      tools: [
        [
          "get_order",
          { order_id: "K-1042" },
          { order_id: "K-1042", item: "tent, two persons", price_eur: 249, status: "in transit" },
        ],
      ],
    },
    {
      user: "That is too late for my trip. Please cancel it and refund me.",
      reply: "Done! I have cancelled order K-1042 and refunded 249 EUR to your card.",
      tools: [
        [
          "refund_order",
          { order_id: "K-1042", amount_eur: 249 },
          "payment service did not answer within 5 s; nothing was refunded",
        ],
      ],
    },
    {
      user: "Great. And what would it cost to send a stove to Lisbon?",
      reply: "Shipping a stove to Lisbon takes 3 days and costs 7.50 EUR.",
      tools: [["quote_shipping", { city: "Lisbon" }, { city: "Lisbon", days: 3, price_eur: 7.5 }]],
    },
  ]);
});

it("shows its key to a server that asks who sends", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  await runDemo({ otlpUrl: `http://127.0.0.1:${portOf(server)}`, apiKey: "a,key=with%signs" });
  server.close();
  expect(new Set(seen)).toEqual(new Set(["Bearer a,key=with%signs"]));
});

it("is a conversation of its own each time, and no failure when no server listens", async () => {
  const [one, other] = await Promise.all([
    runDemo({ otlpUrl: "http://127.0.0.1:1" }),
    runDemo({ otlpUrl: "http://127.0.0.1:1" }),
  ]);
  expect(one.conversationId).not.toBe(other.conversationId);
  expect(one.transcript).toBe(other.transcript);
});
