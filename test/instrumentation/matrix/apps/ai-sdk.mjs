import { converse, lookUpWeather, print, weatherSchema } from "./program.mjs";

/** `ai`, generateText and streamText with tools that the library runs, over OpenAI's chat completions; versions 4 to 7. */
export async function run({ ai, openai }, cell) {
  const model = openai.createOpenAI({ apiKey: "test", baseURL: `${cell.url}/v1` }).chat("scripted");
  const schema = ai.jsonSchema(weatherSchema);
  const weather = { description: "The weather", parameters: schema, inputSchema: schema, execute: lookUpWeather };
  const steps = ai.stepCountIs === undefined ? { maxSteps: 3 } : { stopWhen: ai.stepCountIs(3) };
  const messages = [];

  async function stream(settings) {
    const abort = new AbortController();
    const result = ai.streamText({ ...settings, abortSignal: abort.signal });
    for await (const text of result.textStream) {
      print("text", text);
      if (!cell.aborts) continue;
      abort.abort();
      return undefined;
    }
    return { text: await result.text, response: await result.response };
  }

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    const settings = { model, system: "Be brief.", messages, tools: { get_weather: weather }, maxRetries: 1, ...steps };
    const result = cell.streamed ? await stream(settings) : await ai.generateText(settings);
    if (result === undefined) return "stopped reading";
    messages.push(...result.response.messages);
    return result.text;
  });
}
