import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

/** `@langchain/core` with `@langchain/openai`: the program keeps the history and has LangChain run the tools. */
export async function run({ openai, messages: kinds, tools }, cell) {
  const weather = tools.tool(lookUpWeather, {
    name: "get_weather",
    description: "The weather",
    schema: weatherSchema,
  });
  const model = new openai.ChatOpenAI({
    model: "scripted",
    apiKey: "test",
    maxRetries: 1,
    configuration: { baseURL: `${cell.url}/v1` },
  }).bindTools([weather]);
  const messages = [new kinds.SystemMessage("Be brief.")];

  async function answer() {
    if (!cell.streamed) return model.invoke(messages);
    const controller = new AbortController();
    let whole;
    for await (const chunk of await model.stream(messages, { signal: controller.signal })) {
      print("chunk", chunk);
      whole = whole?.concat(chunk) ?? chunk;
      if (cell.aborts && chunk.content !== "") controller.abort();
    }
    return whole;
  }

  async function runTool(call) {
    try {
      return await weather.invoke(call);
    } catch (error) {
      return new kinds.ToolMessage({
        content: `Error: ${error.message}`,
        tool_call_id: call.id,
        status: "error",
      });
    }
  }

  await converse(cell, async (user) => {
    messages.push(new kinds.HumanMessage(user));
    for (;;) {
      const message = await answer();
      print("message", message);
      messages.push(message);
      if (message.tool_calls.length === 0) return message.content;
      for (const call of message.tool_calls) messages.push(await runTool({ ...call, type: "tool_call" }));
    }
  });
}
