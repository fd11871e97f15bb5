import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

/** `@openai/agents` with one of the SDK's two model classes: the library keeps the history and runs the tools. */
export const runAgent = async ({ agents, openai }, cell, useResponses) => {
  const OpenAI = openai.OpenAI ?? openai.default;
  const openAIClient = new OpenAI({ apiKey: "test", baseURL: `${cell.url}/v1`, maxRetries: 1 });
  // Ours to set, and the SDK's own sender to OpenAI is gone.
  agents.setTraceProcessors([watcher]);
  const runner = new agents.Runner({ modelProvider: new agents.OpenAIProvider({ openAIClient, useResponses }) });
  const weather = agents.tool({
    name: "get_weather",
    description: "The weather",
    parameters: weatherSchema,
    strict: true,
    execute: lookUpWeather,
    // The SDK's own hides the reason, from the model and from its spans.
    errorFunction: (_, error) => `Error: ${error.message}`,
  });
  const agent = new agents.Agent({ name: "Guide", instructions: "Be brief.", model: "scripted", tools: [weather] });
  let history = [];

  await converse(cell, async (user) => {
    history.push({ role: "user", content: user });
    const controller = new AbortController();
    const result = await runner.run(agent, history, { stream: cell.streamed, signal: controller.signal });
    if (cell.streamed) {
      for await (const { type, data } of result) {
        print("event", type, data?.type ?? "");
        if (cell.aborts && data?.type === "output_text_delta") {
          controller.abort();
          return "stopped reading";
        }
      }
      await result.completed;
    }
    history = result.history;
    return result.finalOutput;
  });
};

/** An application's own processor sees what it always saw. */
const watcher = {
  onTraceStart: async () => print("trace"),
  onTraceEnd: async () => print("trace ended"),
  onSpanStart: async (span) => print("span", span.spanData.type),
  onSpanEnd: async (span) => print("span ended", span.spanData.type, span.error?.message ?? ""),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
