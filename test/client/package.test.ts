/** The client as npm packs it, in an empty project: what is published works alone. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer } from "../support/server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "turnwise-client-"));
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", project], {
    cwd: join(root, "client"),
  });
  // Offline: there is nothing to fetch for a package without dependencies.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${stdout.trim()}`], { cwd: project });
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const example = `
import { Turnwise, TurnwiseError, type Trace } from "@turnwise/client";

const turnwise = new Turnwise();
const { session_id } = await turnwise.submit({
  messages: [
    { role: "user", content: "What is the capital of France?" },
    { role: "assistant", content: "Paris." },
  ],
});
const trace: Trace = await turnwise.wait(session_id, { pollMs: 50, signal: AbortSignal.timeout(15_000) });
const missing: unknown = await turnwise.get("nowhere").catch((error: unknown) => error);
const code = missing instanceof TurnwiseError ? missing.code : "";
for await (const event of turnwise.sessions.stream(session_id))
  if (event.event === "done") console.log(JSON.stringify({ status: trace.status, code, judged: event.data.trajectory !== null }));
`;

/** For what may run in a browser, too: nothing of Node is known. */
const compilerOptions = {
  target: "es2023",
  lib: ["es2023", "dom"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  rootDir: ".",
};

/** What the compiler has to say. */
async function compile(module: object): Promise<string> {
  writeFileSync(join(project, "app.ts"), example);
  const config = { compilerOptions: { ...compilerOptions, ...module }, include: ["app.ts"] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
  const compiling = run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project]);
  return (await compiling.catch((failure: { stdout: string }) => failure)).stdout;
}

describe("the packed client", () => {
  it("brings nothing along, and holds what is compiled, the README and the licence", () => {
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@turnwise"]);
    expect(readdirSync(join(project, "node_modules/@turnwise"))).toEqual(["client"]);
    const installed = join(project, "node_modules/@turnwise/client");
    expect(readdirSync(installed).toSorted()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "scripts"])
      expect(manifest).not.toHaveProperty(kind);
  });

  it("imports nothing but its own files", () => {
    const dist = join(project, "node_modules/@turnwise/client/dist");
    const imported = readdirSync(dist).flatMap((name) =>
      [...readFileSync(join(dist, name), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
        ([, from]) => from,
      ),
    );
    expect(imported.length).toBeGreaterThan(10);
    expect(imported.filter((from) => !from?.startsWith("./"))).toEqual([]);
  });

  it.each([{ module: "esnext", moduleResolution: "bundler" }, { module: "nodenext" }])(
    "compiles with %j and without the types of Node",
    async (module) => {
      expect(await compile(module)).toBe("");
    },
  );

  it("submits, waits and follows on Node", async () => {
    expect(await compile({ module: "nodenext" })).toBe("");
    const server = await startTestServer();
    try {
      const { stdout } = await run(process.execPath, ["app.js"], {
        cwd: project,
        env: { PATH: process.env["PATH"], TURNWISE_URL: server.apiUrl },
      });
      expect(JSON.parse(stdout)).toEqual({ status: "completed", code: "not_found", judged: true });
    } finally {
      await server.stop();
    }
  });
});
