/** The shell examples of docs/evaluation-server.md, run one after the other as a reader would, each held against what the page says it prints. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { readExamples } from "./doc-examples.ts";

const run = promisify(execFile);
const page = fileURLToPath(new URL("../../docs/evaluation-server.md", import.meta.url));
const examples = readExamples(readFileSync(page, "utf8")).filter(({ language }) => language === "sh");

let server: TestServer;
let folder: string;
/** Ids that a reader would copy out of the answers. */
const copied = { DATASET_ID: "", RUN_ID: "", BASELINE_ID: "" };
beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), "turnwise-docs-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function print(code: string, number: number): Promise<string> {
  const file = join(folder, `example-${number}.sh`);
  writeFileSync(file, code.replaceAll("http://localhost:8000", server.apiUrl ?? ""));
  const { stdout } = await run("bash", ["-euo", "pipefail", file], { cwd: folder, env: { ...process.env, ...copied } });
  copied.DATASET_ID = /"name":"answers"/.test(stdout) ? idIn(stdout, "dataset_id") : copied.DATASET_ID;
  if (code.includes('"run_name": "first"')) copied.BASELINE_ID = idIn(stdout, "run_id");
  if (code.includes('"run_name": "second"')) copied.RUN_ID = idIn(stdout, "run_id");
  return stdout;
}

const idIn = (text: string, name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1] ?? "";

/** An ellipsis stands for any text, an empty object for anything; members and items that are not shown may be there. */
function differences(actual: unknown, shown: unknown, place = "it"): readonly string[] {
  const isDifferent = [`${place} is ${JSON.stringify(actual)}, not ${JSON.stringify(shown)}`];
  if (typeof shown === "string" && shown.includes("…"))
    return typeof actual === "string" && actual.startsWith(shown.split("…")[0] ?? "") ? [] : isDifferent;
  if (typeof shown !== "object" || shown === null) return actual === shown ? [] : isDifferent;
  if (Object.keys(shown).length === 0 && !Array.isArray(shown)) return actual === undefined ? isDifferent : [];
  if (typeof actual !== "object" || actual === null || Array.isArray(actual) !== Array.isArray(shown))
    return isDifferent;
  if (Array.isArray(shown) && Array.isArray(actual) && shown.length !== actual.length) return isDifferent;
  const members = new Map<string, unknown>(Object.entries(actual));
  return Object.entries(shown).flatMap(([name, value]) => differences(members.get(name), value, `${place}.${name}`));
}

describe("docs/evaluation-server.md", () => {
  it("says of every example what it prints", () => {
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter(({ prints }) => prints?.language !== "json")).toEqual([]);
  });

  it.each(examples.map((example, at) => ({ ...example, at })))(
    "$name prints what it says",
    async ({ code, prints, at }) => {
      const printed = await print(code, at);
      expect(differences(JSON.parse(printed), JSON.parse(prints?.text ?? ""))).toEqual([]);
    },
  );
});
