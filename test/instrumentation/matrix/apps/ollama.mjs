import { tool } from "@turnwise/instrumentation";
import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

const tools = [
  { type: "function", function: { name: "get_weather", description: "The weather", parameters: weatherSchema } },
];

/** Takes its arguments in its own way, and Ollama gives no ids: only its name says whose call it answers. */
const weather = tool("get_weather", async (city, country) => lookUpWeather({ city, country }));

/** `ollama`, chat: the program keeps the history, runs the tools and asks again when there are too many requests. */
export async function run({ ollama }, cell) {
  const client = new ollama.Ollama({ host: cell.url });
  const messages = [{ role: "system", content: "Be brief." }];

  async function ask() {
    const request = { model: "scripted", messages, tools };
    if (!cell.streamed) return (await client.chat(request)).message;
    const answer = { role: "assistant", content: "", tool_calls: [] };
    const stream = await client.chat({ ...request, stream: true });
    for await (const { message, done } of stream) {
      print("message", message, done);
      answer.content += message.content;
      answer.tool_calls.push(...(message.tool_calls ?? []));
      if (!cell.aborts) continue;
      stream.abort();
      break;
    }
    return answer;
  }

  async function askAgain(error) {
    if (error.status_code !== 429) throw error;
    return ask();
  }

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    for (;;) {
      const message = await ask().catch(askAgain);
      if (cell.aborts) return "stopped reading";
      messages.push(message);
      if (!message.tool_calls?.length) return message.content;
      for (const { function: called } of message.tool_calls) {
        const { city, country = "Portugal" } = called.arguments;
        const content = await weather(city, country).then(JSON.stringify, (error) => `Error: ${error.message}`);
        messages.push({ role: "tool", tool_name: called.name, content });
      }
    }
  });
}
