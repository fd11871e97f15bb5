/** The examples of docs/platform-api.md, run one after the other as a reader would, each held against what the page says it prints. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IntakeServer, startIntakeServer } from "../intake/intake-server.ts";
import { wav } from "../intake/speech-server.ts";
import { asPrinted, readExamples } from "./doc-examples.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = readExamples(readFileSync(join(root, "docs/platform-api.md"), "utf8"));
const bin = (name: string): string => join(root, "node_modules/.bin", name);

let server: IntakeServer;
let folder: string;
let sessionId = "";

beforeAll(async () => {
  server = await startIntakeServer();
  const words = (speaker_id: string, text: string) => ({ type: "word", speaker_id, text, start: 0, end: 1 });
  server.answering(() => ({
    body: {
      language_code: "en",
      text: "Is it open? Yes.",
      words: [words("speaker_0", "Is it open?"), words("speaker_1", "Yes, until six.")],
    },
  }));
  folder = mkdtempSync(join(tmpdir(), "turnwise-docs-"));
  mkdirSync(join(folder, "node_modules/@turnwise"), { recursive: true });
  symlinkSync(join(root, "client"), join(folder, "node_modules/@turnwise/client"));
  symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "call.wav"), wav());
});

afterAll(async () => {
  await server.stopAll();
  rmSync(folder, { recursive: true, force: true });
});

async function print(language: "sh" | "ts", code: string, number: number): Promise<string> {
  const file = join(folder, `example-${number}.${language}`);
  writeFileSync(file, code.replaceAll("http://localhost:8000", server.apiUrl));
  const [command, args] = language === "sh" ? ["bash", ["-euo", "pipefail", file]] : [bin("tsx"), [file]];
  const { stdout } = await run(command, args, { cwd: folder, env: { ...process.env, SESSION_ID: sessionId } });
  sessionId = /"session_id": ?"([^"]+)"/.exec(stdout)?.[1] ?? sessionId;
  return stdout;
}

describe("docs/platform-api.md", () => {
  it("has an example of every way in, for the shell and for the client", () => {
    for (const language of ["sh", "ts"] as const) {
      const own = examples.filter((example) => example.language === language);
      expect(new Set(own.map(({ name }) => name.split(",")[0])).size).toBe(5);
    }
    expect(examples.every(({ prints }) => prints !== undefined)).toBe(true);
  });

  it.each(examples.map((example, at) => ({ ...example, at })))("$name prints what it says", async (example) => {
    const printed = await print(example.language, example.code, example.at);
    expect(example.prints && asPrinted(printed, example.prints)).toBe(example.prints?.text);
  });

  it("has examples for the client that its types allow", async () => {
    const options = { module: "nodenext", target: "es2023", strict: true, noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
    const complaints = await run(bin("tsc"), ["-p", folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(complaints).toBe("");
  });
});
