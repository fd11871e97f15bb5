import { converse, print, runTool, weatherSchema } from "./program.mjs";

const tools = [
  { type: "function", name: "get_weather", description: "The weather", parameters: weatherSchema, strict: true },
];

/** `openai`, Responses API: the program keeps the items and runs the tools. */
export async function run({ openai }, cell) {
  const OpenAI = openai.OpenAI ?? openai.default;
  const client = new OpenAI({ apiKey: "test", baseURL: `${cell.url}/v1`, maxRetries: 1 });
  const input = [];

  async function respond() {
    const request = { model: "scripted", instructions: "Be brief.", input, tools };
    if (!cell.streamed) return client.responses.create(request);
    let response;
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      print("event", event.type);
      if (cell.aborts && event.type === "response.output_text.delta") break;
      if (event.type === "response.completed") response = event.response;
    }
    return response;
  }

  await converse(cell, async (user) => {
    input.push({ role: "user", content: user });
    for (;;) {
      const response = await respond();
      if (cell.aborts) return "stopped reading";
      input.push(...response.output);
      const calls = response.output.filter(({ type }) => type === "function_call");
      if (calls.length === 0)
        return response.output
          .flatMap(({ content }) => content ?? [])
          .map(({ text }) => text)
          .join("");
      for (const call of calls) {
        input.push({
          type: "function_call_output",
          call_id: call.call_id,
          output: await runTool(JSON.parse(call.arguments)),
        });
      }
    }
  });
}
