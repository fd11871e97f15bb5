import { converseInBlocks, print, weatherSchema } from "./program.mjs";

const tools = [{ name: "get_weather", description: "The weather", input_schema: weatherSchema }];

/** `@anthropic-ai/sdk`, Messages API: the program keeps the history and runs the tools. */
export async function run({ anthropic }, cell) {
  const Anthropic = anthropic.Anthropic ?? anthropic.default;
  const client = new Anthropic({ apiKey: "test", baseURL: cell.url, maxRetries: 1 });
  const messages = [];

  async function answer() {
    const request = { model: "scripted", max_tokens: 100, system: "Be brief.", messages, tools };
    if (!cell.streamed) return client.messages.create(request);
    if (cell.aborts) {
      for await (const event of await client.messages.create({ ...request, stream: true })) {
        print("event", event);
        if (event.type === "content_block_delta") break;
      }
      return undefined;
    }
    const stream = client.messages.stream(request);
    stream.on("text", (text) => print("text", text));
    return stream.finalMessage();
  }

  await converseInBlocks(cell, messages, answer);
}
