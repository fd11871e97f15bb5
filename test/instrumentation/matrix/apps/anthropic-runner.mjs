import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

/** `@anthropic-ai/sdk`, beta tool runner: the library runs the tools. */
export async function run({ anthropic }, cell) {
  const Anthropic = anthropic.Anthropic ?? anthropic.default;
  const client = new Anthropic({ apiKey: "test", baseURL: cell.url, maxRetries: 1 });
  const messages = [];
  const weather = {
    type: "custom",
    name: "get_weather",
    description: "The weather",
    input_schema: weatherSchema,
    parse: (input) => input,
    run: async (input) => JSON.stringify(await lookUpWeather(input)),
  };

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    const request = {
      model: "scripted",
      max_tokens: 100,
      system: "Be brief.",
      messages: [...messages],
      tools: [weather],
    };
    const runner = client.beta.messages.toolRunner({ ...request, stream: cell.streamed });
    if (cell.streamed) {
      for await (const stream of runner) {
        for await (const event of stream) {
          print("event", event);
          if (cell.aborts && event.type === "content_block_delta") return "stopped reading";
        }
      }
    }
    const last = await runner.runUntilDone();
    messages.splice(0, messages.length, ...runner.params.messages);
    return last.content.map(({ text }) => text).join("");
  });
}
