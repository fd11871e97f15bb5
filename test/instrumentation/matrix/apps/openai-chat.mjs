import { converse, print, runTool, weatherSchema } from "./program.mjs";

const tools = [
  { type: "function", function: { name: "get_weather", description: "The weather", parameters: weatherSchema } },
];

/** `openai`, chat completions: the program keeps the history and runs the tools. */
export async function run({ openai }, cell) {
  const OpenAI = openai.OpenAI ?? openai.default;
  const client = new OpenAI({ apiKey: "test", baseURL: `${cell.url}/v1`, maxRetries: 1 });
  const messages = [{ role: "system", content: "Be brief." }];

  async function complete() {
    const request = { model: "scripted", messages, tools };
    if (!cell.streamed) return (await client.chat.completions.create(request)).choices[0].message;
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const message = { role: "assistant", content: "", tool_calls: [] };
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta ?? {};
      print("delta", delta);
      message.content += delta.content ?? "";
      for (const { index, id, function: part } of delta.tool_calls ?? []) {
        const call = (message.tool_calls[index] ??= {
          id,
          type: "function",
          function: { name: part.name, arguments: "" },
        });
        call.function.arguments += part.arguments;
      }
      if (cell.aborts && message.content !== "") break;
    }
    if (message.tool_calls.length === 0) delete message.tool_calls;
    return message;
  }

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    for (;;) {
      const message = await complete();
      if (cell.aborts) return "stopped reading";
      messages.push(message);
      if (!message.tool_calls?.length) return message.content;
      for (const { id, function: called } of message.tool_calls) {
        messages.push({ role: "tool", tool_call_id: id, content: await runTool(JSON.parse(called.arguments)) });
      }
    }
  });
}
