import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

/** `@langchain/langgraph`, a prebuilt agent: the graph keeps the history and runs the tools. */
export async function run({ langgraph, prebuilt, openai, tools }, cell) {
  const llm = new openai.ChatOpenAI({
    model: "scripted",
    apiKey: "test",
    maxRetries: 1,
    configuration: { baseURL: `${cell.url}/v1` },
  });
  const weather = tools.tool(lookUpWeather, {
    name: "get_weather",
    description: "The weather",
    schema: weatherSchema,
  });
  const agent = prebuilt.createReactAgent({
    llm,
    tools: [weather],
    prompt: "Be brief.",
    name: "weatherman",
    checkpointer: new langgraph.MemorySaver(),
  });
  const configurable = { thread_id: "thread" };

  await converse(cell, async (user) => {
    const input = { messages: [{ role: "user", content: user }] };
    if (!cell.streamed) return (await agent.invoke(input, { configurable })).messages.at(-1).content;
    const controller = new AbortController();
    const config = { configurable, streamMode: "messages", signal: controller.signal };
    let reply = "";
    for await (const [message] of await agent.stream(input, config)) {
      print(message.type ?? message.getType(), message.content, message.tool_calls ?? []);
      reply += message.tool_call_id === undefined ? message.content : "";
      if (cell.aborts && reply !== "") controller.abort();
    }
    return reply;
  });
}
