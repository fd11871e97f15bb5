/** The package as npm delivers it, in a project that has nothing but it and `openai`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { lockOf } from "./lock-of.ts";
import { startScriptedProvider, type ScriptedProvider } from "./matrix/scripted-provider.ts";
import { runApp } from "./run-app.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "instrumentation/README.md"), "utf8");

let project: string;
let server: TestServer;
let provider: ScriptedProvider;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "turnwise-packed-"));
  [server, provider] = await Promise.all([startTestServer(), startScriptedProvider()]);
  const packed = npm(root, "pack", "--workspace", "instrumentation", "--pack-destination", project, "--json");
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const dependencies = { "@turnwise/instrumentation": `file:${filename}`, openai: "6.49.0" };
  writeJson("package.json", { private: true, dependencies });
  writeJson("package-lock.json", lockOf(dependencies, root));
  npm(project, "ci", "--prefer-offline", "--no-audit", "--no-fund");
}, 120_000);

afterAll(async () => {
  await Promise.all([server.stop(), provider.close()]);
  rmSync(project, { recursive: true });
});

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: "pipe" });
const writeJson = (name: string, value: object): void => writeFileSync(join(project, name), JSON.stringify(value));

/** The application that the README's lines stand in. */
const application = `
const conversationId = "packed", userMessage = "Where is order 17?";
const orders = { find: async (id) => ({ id, status: "shipped" }) };
async function answer(content) {
  const client = new OpenAI();
  const messages = [{ role: "user", content }];
  for (;;) {
    const { choices: [{ message }] } = await client.chat.completions.create({ model: "scripted", messages });
    messages.push(message);
    if (!message.tool_calls) return message.content;
    for (const { id, function: called } of message.tool_calls) {
      const order = await getOrder(JSON.parse(called.arguments));
      messages.push({ role: "tool", tool_call_id: id, content: JSON.stringify(order) });
    }
  }
}
`;

it("makes the README's five lines a judged session", async () => {
  const url = provider.play("packed", {
    streamed: false,
    turns: [
      {
        user: "Where is order 17?",
        answers: [
          { calls: [{ id: "call_17", name: "get_order", arguments: { order_id: 17 } }] },
          { text: "It has been shipped." },
        ],
      },
    ],
    truth: [],
    modelCalls: 2,
  });
  const lines = /```js\n(import "@turnwise\/instrumentation\/register";.*?)```/s.exec(readme)?.[1] ?? "";
  expect(lines.trim().split("\n")).toHaveLength(6); // five and an empty one
  writeFileSync(join(project, "app.mjs"), lines.replace(/^await withSession/m, `${application}$&`));

  const { code, stderr } = await runApp(join(project, "app.mjs"), {
    cwd: project,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpUrl, OPENAI_BASE_URL: `${url}/v1` },
  });
  const announced = expect.stringMatching(/^turnwise: recording openai 6\.49\.0, sending to \S+\n$/) as string;
  expect({ code, stderr }).toEqual({ code: 0, stderr: announced });

  const [found] = await server.sessions();
  const { conversation_id, turns } = await server.waitForSession(found?.id ?? "");
  expect(conversation_id).toBe("packed");
  expect(turns).toMatchObject([
    {
      user_content: "Where is order 17?",
      assistant_content: "It has been shipped.",
      tool_calls: [{ id: "call_17", name: "get_order", arguments: { order_id: 17 }, result: { status: "shipped" } }],
      judgement: { judge: { name: "rules" } },
    },
  ]);
});

it("brings the doctor", () => {
  const { version } = JSON.parse(readFileSync(join(root, "instrumentation/package.json"), "utf8")) as {
    version: string;
  };
  expect(npm(project, "exec", "--no", "--", "@turnwise/instrumentation", "--version")).toBe(`${version}\n`);
});

describe("has types that an application compiles with, which has none of Node's", () => {
  const source = `import "@turnwise/instrumentation/register";
    import { type InstrumentOptions, tool, turnwiseSpanProcessor, withSession } from "@turnwise/instrumentation";
    import { maxSteps } from "@turnwise/instrumentation/guards";
    const double: (n: number) => number = tool("double", (n: number) => 2 * n);
    export const options: InstrumentOptions = { guards: [maxSteps(double(2))] };
    export const steps: number = withSession("id", () => double(2));
    void turnwiseSpanProcessor().forceFlush();`;

  function compile(file: string, content: string, options: object) {
    writeFileSync(join(project, file), content);
    const strict = { strict: true, skipLibCheck: false, types: [], target: "es2022", noEmit: true };
    writeJson("tsconfig.json", { compilerOptions: { ...strict, ...options }, files: [file] });
    const tsc = join(root, "node_modules/.bin/tsc");
    const { status, stdout } = spawnSync(tsc, ["-p", project, "--pretty", "false"], { encoding: "utf8" });
    return { ok: status === 0, stdout };
  }

  const modes = [
    { file: "esm.mts", options: { module: "node16" } },
    { file: "esm.mts", options: { module: "nodenext" } },
    { file: "cjs.cts", options: { module: "node20" } },
    { file: "cjs.cts", options: { module: "nodenext" } },
    { file: "bundled.ts", options: { module: "esnext", moduleResolution: "bundler" } },
    { file: "bundled.ts", options: { module: "preserve" } },
  ];
  it.each(modes)("$file, $options", ({ file, options }) => {
    expect(compile(file, source, options)).toEqual({ ok: true, stdout: "" });
  });

  it("and that find its mistakes", () => {
    const stdout = expect.stringContaining("error TS2345") as string;
    expect(compile("wrong.mts", source.replace("double(2)", '"two"'), { module: "nodenext" })).toEqual({
      ok: false,
      stdout,
    });
  });
});
