import { converse, print, runTool, weatherSchema } from "./program.mjs";

const tools = [{ toolSpec: { name: "get_weather", description: "The weather", inputSchema: { json: weatherSchema } } }];

/** `@aws-sdk/client-bedrock-runtime`, Converse: by the client's methods, streamed as a command. */
export async function run({ bedrock }, cell) {
  const { BedrockRuntime, ConverseStreamCommand } = bedrock;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new BedrockRuntime({ region: "us-east-1", endpoint: cell.url, credentials, maxAttempts: 2 });
  const messages = [];

  async function answer() {
    const request = { modelId: "scripted", system: [{ text: "Be brief." }], messages, toolConfig: { tools } };
    if (!cell.streamed) {
      const { output, usage } = await client.converse(request);
      print("usage", usage);
      return output.message;
    }
    const abort = new AbortController();
    const content = [];
    const { stream } = await client.send(new ConverseStreamCommand(request), { abortSignal: abort.signal });
    for await (const event of stream) {
      print("event", event);
      const { contentBlockIndex: index, start, delta } = event.contentBlockStart ?? event.contentBlockDelta ?? {};
      if (start !== undefined) content[index] = { toolUse: { ...start.toolUse, input: "" } };
      if (delta?.text !== undefined) content[index] = { text: (content[index]?.text ?? "") + delta.text };
      if (delta?.toolUse !== undefined) content[index].toolUse.input += delta.toolUse.input;
      if (cell.aborts && delta !== undefined) break;
    }
    if (cell.aborts) return abort.abort();
    for (const { toolUse } of content) if (toolUse !== undefined) toolUse.input = JSON.parse(toolUse.input);
    return { role: "assistant", content };
  }

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: [{ text: user }] });
    for (;;) {
      const message = await answer();
      if (message === undefined) return "stopped reading";
      messages.push(message);
      const calls = message.content.flatMap(({ toolUse }) => toolUse ?? []);
      if (calls.length === 0) return message.content.map(({ text }) => text).join("");
      const results = [];
      for (const { toolUseId, input } of calls)
        results.push({ toolResult: { toolUseId, content: [{ text: await runTool(input) }] } });
      messages.push({ role: "user", content: results });
    }
  });
  client.destroy();
}
