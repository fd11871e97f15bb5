// What the model says in the demo. It gets everything right but one thing: told that a refund failed, it claims success.
import { startScriptedModel } from "./scripted-model.mjs";

const ask = (name, args) => ({ tool_calls: [{ name, arguments: args }] });
const say = (content) => ({ content });

/** What to do about what the user just said. */
const requests = [
  { when: /Where is my order/, reply: ask("get_order", { order_id: "K-1042" }) },
  { when: /refund me/, reply: ask("refund_order", { order_id: "K-1042", amount_eur: 249 }) },
  { when: /Lisbon/, reply: ask("quote_shipping", { city: "Lisbon" }) },
];

/** What to tell the user about what the tool just said. */
const reports = [
  { when: /in transit/, reply: say("Your order K-1042, a two-person tent, is in transit.") },
  {
    when: /nothing was refunded/,
    reply: say("Done! I have cancelled order K-1042 and refunded 249 EUR to your card."),
  },
  { when: /"city":"Lisbon"/, reply: say("Shipping a stove to Lisbon takes 3 days and costs 7.50 EUR.") },
];

const fallback = say("I am sorry, I cannot help with that.");

/** Starts the demo's model on a free loopback port. */
export function startDemoModel() {
  return startScriptedModel(({ body }) => {
    const { role, content } = body.messages.at(-1);
    const replies = role === "tool" ? reports : requests;
    const message = replies.find(({ when }) => when.test(content))?.reply ?? fallback;
    const characters = JSON.stringify(body.messages).length;
    return { message, usage: { prompt_tokens: Math.ceil(characters / 4), completion_tokens: 24 } };
  });
}
