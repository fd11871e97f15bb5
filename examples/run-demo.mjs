// Runs the support agent once against the demo's model and sends what it does to a Turnwise server.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startDemoModel } from "./demo-model.mjs";

const agent = fileURLToPath(new URL("./support-agent.mjs", import.meta.url));

/** See run-demo.d.mts. */
export async function runDemo({ otlpUrl, apiKey }) {
  const conversationId = `demo-${randomUUID()}`;
  const model = await startDemoModel();
  try {
    const transcript = await runAgent({
      ...neutralEnvironment(),
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "not-needed",
      OTEL_SERVICE_NAME: "support-agent",
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      ...(apiKey ? { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${apiKey}`)}` } : {}),
      CONVERSATION_ID: conversationId,
    });
    return { conversationId, transcript };
  } finally {
    await model.close();
  }
}

/** The environment without what would make the demo do something else. */
function neutralEnvironment() {
  const names = Object.keys(process.env).filter((name) => !/^(OTEL_|TURNWISE_|OPENAI_|NODE_OPTIONS$)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function runAgent(env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [agent], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (errors += data));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`the demo agent ended with code ${code}: ${errors}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { conversationId, transcript } = await runDemo({
    otlpUrl: process.argv[2] ?? "http://localhost:4318",
    apiKey: process.env.TURNWISE_API_KEY,
  });
  console.log(`${transcript}\nconversation ${conversationId}`);
}
