import { converse, print, runTool, weatherSchema } from "./program.mjs";

const declaration = { name: "get_weather", description: "The weather", parametersJsonSchema: weatherSchema };

/** `@google/genai`, models: the program keeps the contents and runs the tools. */
export async function run({ genai }, cell) {
  const retryOptions = { attempts: 2, initialDelay: 0.01 };
  const client = new genai.GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: cell.url, retryOptions } });
  const contents = [];

  async function generate() {
    const stop = new AbortController();
    const tools = [{ functionDeclarations: [declaration] }];
    const config = { systemInstruction: "Be brief.", tools, abortSignal: stop.signal };
    const request = { model: "scripted", contents, config };
    if (!cell.streamed) return (await client.models.generateContent(request)).candidates[0].content;
    const content = { role: "model", parts: [] };
    for await (const chunk of await client.models.generateContentStream(request)) {
      const parts = chunk.candidates[0].content?.parts ?? [];
      print("parts", parts, chunk.usageMetadata);
      content.parts.push(...parts);
      if (!cell.aborts) continue;
      stop.abort();
      break;
    }
    return content;
  }

  await converse(cell, async (user) => {
    contents.push({ role: "user", parts: [{ text: user }] });
    for (;;) {
      const content = await generate();
      if (cell.aborts) return "stopped reading";
      contents.push(content);
      const calls = content.parts.flatMap(({ functionCall }) => functionCall ?? []);
      if (calls.length === 0) return content.parts.map(({ text }) => text).join("");
      const parts = [];
      for (const { name, args } of calls) {
        parts.push({ functionResponse: { name, response: { output: await runTool(args) } } });
      }
      contents.push({ role: "user", parts });
    }
  });
}
