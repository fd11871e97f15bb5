import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createWeatherServer } from "./mcp-server.mjs";
import { converse, print } from "./program.mjs";

/**
 * `@modelcontextprotocol/sdk` with `openai`, chat completions: the tools are those of MCP servers. Faro is known to one in
 * this process, what is farther away to one in a process of its own.
 */
export async function run({ openai, client: mcp, server, types, memory, stdio }, cell) {
  const OpenAI = openai.OpenAI ?? openai.default;
  const model = new OpenAI({ apiKey: "test", baseURL: `${cell.url}/v1`, maxRetries: 1 });
  const messages = [{ role: "system", content: "Be brief." }];
  const clients = { here: await connect(nearTransport()), far: undefined };

  async function connect(transport) {
    const client = new mcp.Client({ name: "matrix", version: "1.0.0" });
    await client.connect(transport);
    return client;
  }

  function nearTransport() {
    const [transport, serverTransport] = memory.InMemoryTransport.createLinkedPair();
    createWeatherServer({ server, types }).connect(serverTransport);
    return transport;
  }

  function farTransport() {
    const { resolve } = createRequire(join(process.cwd(), "index.js"));
    const modules = ["server/mcp.js", "types.js", "server/stdio.js"].map(
      (path) => pathToFileURL(resolve(`@modelcontextprotocol/sdk/${path}`)).href,
    );
    const program = fileURLToPath(new URL("mcp-child.mjs", import.meta.url));
    return new stdio.StdioClientTransport({
      command: process.execPath,
      args: [program, ...modules],
      env: { ...process.env },
    });
  }

  async function callTool({ name, arguments: json }) {
    const toolArguments = JSON.parse(json);
    const client = toolArguments.city === "Faro" ? clients.here : (clients.far ??= await connect(farTransport()));
    const { content, isError } = await client.callTool({ name, arguments: toolArguments });
    print("tool", content, isError ?? false);
    const text = content.map((part) => part.text).join("");
    return isError ? `Error: ${text}` : text;
  }

  const { tools } = await clients.here.listTools();
  const functions = tools.map(({ name, description, inputSchema: parameters }) => ({
    type: "function",
    function: { name, description, parameters },
  }));

  async function complete() {
    const request = { model: "scripted", messages, tools: functions };
    if (!cell.streamed) return (await model.chat.completions.create(request)).choices[0].message;
    const stream = model.chat.completions.stream(request);
    stream.on("error", () => undefined);
    for await (const chunk of stream) {
      print("delta", chunk.choices[0]?.delta);
      if (cell.aborts && chunk.choices[0]?.delta.content) return undefined;
    }
    return (await stream.finalChatCompletion()).choices[0].message;
  }

  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    for (;;) {
      const message = await complete();
      if (message === undefined) return "stopped reading";
      messages.push(message);
      if (!message.tool_calls?.length) return message.content;
      for (const { id, function: called } of message.tool_calls) {
        messages.push({ role: "tool", tool_call_id: id, content: await callTool(called) });
      }
    }
  });
  await clients.here.close();
  await clients.far?.close();
}
