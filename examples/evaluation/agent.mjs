// A shop's support agent to be evaluated: its rules stand where another would ask a model, so that it runs anywhere.
// AGENT_BUG breaks it, as a change of a prompt might: "forgetful" no longer looks orders up, "stuck" looks up one for ever.
const orders = new Map([
  ["K-1042", { item: "tent", status: "in transit", price_eur: 249 }],
  ["K-2001", { item: "stove", status: "delivered", price_eur: 79 }],
]);

const tools = {
  get_order: ({ order_id }) => orders.get(order_id) ?? { error: `there is no order ${order_id}` },
  refund_order: ({ order_id, amount_eur }) => ({ refunded: amount_eur, order_id }),
};

/** `request` is what a case asks; `context.step` is told each step before it is taken, and resolves if it may be. */
export default async function answer(request, { step }) {
  const calls = [];
  const trace = [];
  const call = async (thought, name, args) => {
    await step({ name, arguments: args });
    const { error, ...result } = tools[name](args);
    calls.push(error ? { name, arguments: args, error } : { name, arguments: args, result });
    trace.push({ thought, action: name, observation: error ?? JSON.stringify(result) });
    return error ? undefined : result;
  };
  const output = await reply(request, call);
  return { output, tool_calls: calls, reasoning_trace: [...trace, { thought: "I can answer now." }] };
}

async function reply({ messages }, call) {
  const said = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  const orderId = said.join(" ").match(/K-\d+/)?.[0];
  if (orderId === undefined) return "Which order is it about? Please give me its number.";
  if (process.env.AGENT_BUG === "forgetful") return `Order ${orderId} has been delivered.`;
  const order = await call(`I have to look up ${orderId}.`, "get_order", { order_id: orderId });
  while (process.env.AGENT_BUG === "stuck") await call("I had better look again.", "get_order", { order_id: orderId });
  if (order === undefined) return `I cannot find an order ${orderId}.`;
  if (!/refund/i.test(said.at(-1))) return `Order ${orderId}, the ${order.item}, is ${order.status}.`;
  const refund = await call("They want their money back.", "refund_order", {
    order_id: orderId,
    amount_eur: order.price_eur,
  });
  return `I have refunded ${refund.refunded} EUR for order ${orderId}.`;
}
