// A customer support agent: a real one, but for its model. One import instruments it; the rest is an ordinary program.
// oxlint-disable-next-line import/no-unassigned-import -- importing it is all there is to do
import "@turnwise/instrumentation/register";
import { randomUUID } from "node:crypto";
import { tool, withSession } from "@turnwise/instrumentation";
import OpenAI from "openai";

const client = new OpenAI(); // OPENAI_BASE_URL and OPENAI_API_KEY say where
const model = process.env.OPENAI_MODEL ?? "gpt-5.4-mini";
const conversationId = process.env.CONVERSATION_ID ?? randomUUID();

const tools = {
  get_order: tool("get_order", async ({ order_id }) => ({
    order_id,
    item: "tent, two persons",
    price_eur: 249,
    status: "in transit",
  })),
  refund_order: tool("refund_order", async () => {
    throw new Error("payment service did not answer within 5 s; nothing was refunded");
  }),
  quote_shipping: tool("quote_shipping", async ({ city }) => ({ city, days: 3, price_eur: 7.5 })),
};

const string = { type: "string" };
const defineTool = (name, description, properties) => ({
  type: "function",
  function: {
    name,
    description,
    parameters: { type: "object", properties, required: Object.keys(properties), additionalProperties: false },
  },
});
const toolDefinitions = [
  defineTool("get_order", "Looks up an order.", { order_id: string }),
  defineTool("refund_order", "Refunds an order.", { order_id: string, amount_eur: { type: "number" } }),
  defineTool("quote_shipping", "Price and duration of a delivery.", { city: string }),
];

const messages = [{ role: "system", content: "You are the support agent of Kestrel Outdoor. Be brief and truthful." }];

/** One turn: the user's message, the tools the model asks for, its answer. */
async function turn(userText) {
  console.log(`user:  ${userText}`);
  messages.push({ role: "user", content: userText });
  for (;;) {
    const stream = client.chat.completions.stream({
      model,
      messages,
      tools: toolDefinitions,
      stream_options: { include_usage: true },
    });
    const message = await stream.finalMessage();
    messages.push(message);
    if (!message.tool_calls?.length) return console.log(`agent: ${message.content}`);
    for (const call of message.tool_calls) {
      messages.push({ role: "tool", tool_call_id: call.id, content: await runTool(call.function) });
    }
  }
}

/** The tool's result for the model; an error is a result, too: the model has to deal with it. */
async function runTool({ name, arguments: json }) {
  try {
    const result = await tools[name](JSON.parse(json));
    console.log(`       [${name} ${json}]`);
    return JSON.stringify(result);
  } catch (error) {
    console.log(`       [${name} ${json} failed]`);
    return `Error: ${error.message}`;
  }
}

await withSession(conversationId, async () => {
  await turn("Hi! Where is my order K-1042?");
  await turn("That is too late for my trip. Please cancel it and refund me.");
  await turn("Great. And what would it cost to send a stove to Lisbon?");
});
