import { promisify } from "node:util";
import { converseInBlocks, print, weatherSchema } from "./program.mjs";

const tools = [{ name: "get_weather", description: "The weather", input_schema: weatherSchema }];

/** `@aws-sdk/client-bedrock-runtime`, InvokeModel with a body of Anthropic's: awaited, with a callback, streamed. */
export async function run({ bedrock }, cell) {
  const { BedrockRuntimeClient, InvokeModelCommand, InvokeModelWithResponseStreamCommand } = bedrock;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new BedrockRuntimeClient({ region: "us-east-1", endpoint: cell.url, credentials, maxAttempts: 2 });
  const messages = [];

  const withCallback = promisify((command, callback) => client.send(command, callback));

  async function answer() {
    const body = { anthropic_version: "bedrock-2023-05-31", max_tokens: 100, system: "Be brief.", messages, tools };
    const request = { modelId: "anthropic.scripted-v1:0", contentType: "application/json", body: JSON.stringify(body) };
    if (!cell.streamed) {
      const command = new InvokeModelCommand(request);
      const output = messages.length > 1 ? await withCallback(command) : await client.send(command);
      return JSON.parse(output.body.transformToString());
    }
    const abort = new AbortController();
    const command = new InvokeModelWithResponseStreamCommand(request);
    const output = await client.send(command, { abortSignal: abort.signal });
    const content = [];
    for await (const { chunk } of output.body) {
      const event = JSON.parse(new TextDecoder().decode(chunk.bytes));
      print("event", event);
      const { type, index, content_block: block, delta } = event;
      if (type === "content_block_start")
        content[index] = { ...block, ...(block.type === "tool_use" && { input: "" }) };
      if (delta?.text !== undefined) content[index].text += delta.text;
      if (delta?.partial_json !== undefined) content[index].input += delta.partial_json;
      if (cell.aborts && type === "content_block_delta") break;
    }
    if (cell.aborts) return abort.abort();
    for (const block of content) if (block.type === "tool_use") block.input = JSON.parse(block.input);
    return { content };
  }

  await converseInBlocks(cell, messages, answer);
  client.destroy();
}
