import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

const declaration = { name: "get_weather", description: "The weather", parametersJsonSchema: weatherSchema };

/** The library runs it and puts what it says into the chat. */
const weather = {
  tool: async () => ({ functionDeclarations: [declaration] }),
  callTool: async (calls) => Promise.all(calls.map(toResponse)),
};

async function toResponse({ name, args }) {
  const response = await lookUpWeather(args).catch((error) => ({ error: error.message }));
  return { functionResponse: { name, response } };
}

/** `@google/genai`, chats: the library keeps the history and calls the functions. */
export async function run({ genai }, cell) {
  const retryOptions = { attempts: 2, initialDelay: 0.01 };
  const client = new genai.GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: cell.url, retryOptions } });
  const stop = new AbortController();
  const config = { systemInstruction: "Be brief.", tools: [weather], abortSignal: stop.signal };
  const chat = client.chats.create({ model: "scripted", config });

  await converse(cell, async (message) => {
    if (!cell.streamed) return (await chat.sendMessage({ message })).text;
    const texts = [];
    for await (const chunk of await chat.sendMessageStream({ message })) {
      print("parts", chunk.candidates[0].content.parts);
      texts.push(...chunk.candidates[0].content.parts.map(({ text }) => text ?? ""));
      if (!cell.aborts) continue;
      stop.abort();
      return "stopped reading";
    }
    return texts.join("");
  });
}
