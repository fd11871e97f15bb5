import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardError } from "@turnwise/instrumentation/guards";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createModuleAgent, type ModuleAgent } from "../../src/case-files/module-agent.ts";
import { agentError, contextOf, request, requestJson } from "../support/agent-asking.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-module-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const open: ModuleAgent[] = [];
afterEach(async () => {
  for (const agent of open.splice(0)) await agent.close();
});

let files = 0;
async function load(source: string, exportName = "default", loadTimeoutMs = 10_000): Promise<ModuleAgent> {
  files += 1;
  const path = join(folder, `agent-${files}.mjs`);
  writeFileSync(path, source);
  const agent = await createModuleAgent({ path, exportName, loadTimeoutMs });
  open.push(agent);
  return agent;
}

describe("an agent that is a module", () => {
  it("is a function that gets the request and returns an answer", async () => {
    const { ask } = await load("export default async (request) => ({ output: JSON.stringify(request) })");
    expect(JSON.parse((await ask(request, contextOf())).output)).toEqual(requestJson);
  });

  it("may be any export, return at once, and a text", async () => {
    const { ask } = await load('export const answer = ({ input }) => input + "!"', "answer");
    expect((await ask(request, contextOf())).output).toBe("hi!");
  });

  it("keeps its threads for the next question, and has one for each open one", async () => {
    const { ask } = await load(
      'import { threadId } from "node:worker_threads"; export default async () => { await new Promise((done) => setTimeout(done, 50)); return String(threadId); }',
    );
    const one = await ask(request, contextOf());
    const again = await ask(request, contextOf());
    expect(again.output).toBe(one.output);
    const both = await Promise.all([ask(request, contextOf()), ask(request, contextOf())]);
    expect(new Set(both.map(({ output }) => output)).size).toBe(2);
  });

  it("tells its steps and takes none without leave", async () => {
    const told: unknown[] = [];
    const { ask } = await load(
      'export default async (_request, { step }) => { await step({ name: "search", arguments: { q: 1 } }); await step({ type: "model_call" }); return "done"; }',
    );
    const { output } = await ask(request, contextOf({ step: (step) => void told.push(step) }));
    expect(output).toBe("done");
    expect(told).toEqual([{ type: "tool_call", name: "search", arguments: { q: 1 } }, { type: "model_call" }]);
  });

  it("is ended at the step that it must not take, and works again when asked anew", async () => {
    const { ask } = await load(
      'export default async ({ input }, { step }) => { try { await step({ name: "act" }); } catch {} return input; }',
    );
    const refuse = () => {
      throw new GuardError({ guard: "max_steps", reason: "enough" });
    };
    await expect(ask(request, contextOf({ step: refuse }))).rejects.toMatchObject({ name: "GuardError" });
    expect((await ask(request, contextOf())).output).toBe("hi");
  });

  it("may send what it likes to whoever started its thread, unheard", async () => {
    const { ask } = await load(`import { parentPort } from "node:worker_threads"; export default () => {
      for (const message of ["hello", null, {}, { type: "answer" }, { type: "step", question: 1 }]) parentPort.postMessage(message);
      return "done"; }`);
    expect((await ask(request, contextOf())).output).toBe("done");
  });

  it("says nothing more to a question that is answered", async () => {
    const { ask } = await load(
      'export default async (_request, { step }) => { setTimeout(() => void step({ name: "late" }), 20); await new Promise((done) => setTimeout(done, 15)); return "x"; }',
    );
    await ask(request, contextOf());
    const told: unknown[] = [];
    await ask(request, contextOf({ step: (step) => void told.push(step) }));
    expect(told).toEqual([]);
  });
});

describe("a module that does not answer", () => {
  it.each([
    ["throws", 'throw new Error("boom")', "crashed", /Error: boom/],
    ["rejects with nothing", "return Promise.reject()", "crashed", /undefined/],
    [
      "throws where nobody catches it",
      'setTimeout(() => { throw new Error("astray") }); return new Promise(() => {})',
      "crashed",
      /astray/,
    ],
    [
      "rejects where nobody catches it",
      'void Promise.reject(new Error("astray")); return new Promise(() => {})',
      "crashed",
      /astray/,
    ],
    ["ends its process", "process.exit(7)", "crashed", /status 7/],
    ["returns nothing", "", "bad_answer", /the answer is none/],
    ["returns a function", "return () => 1", "bad_answer", /the answer is none/],
    ["returns a cycle", "const a = { output: 'x' }; a.a = a; return a", "bad_answer", /circular/],
    ["returns too much", "return 'x'.repeat(1e7)", "bad_answer", /more than 10000000 characters/],
    ["tells a step that is none", "return context.step(4).then(() => 'x')", "bad_answer", /step/],
  ])("is told as what it is, and the next question is answered: it %s", async (_what, body, code, message) => {
    const { ask } = await load(
      `export default (request, context) => { if (request.trial === 1) return "fine"; ${body} }`,
    );
    await expect(ask(request, contextOf())).rejects.toMatchObject(agentError(code, message));
    expect((await ask({ ...request, trial: 1 }, contextOf())).output).toBe("fine");
  });

  it("is ended when nobody waits any more, though it never returns", async () => {
    const { ask } = await load('export default ({ trial }) => { if (trial === 1) return "fine"; for (;;); }');
    const signal = AbortSignal.timeout(300);
    await expect(ask(request, contextOf({ signal }))).rejects.toThrow(/timeout/);
    expect((await ask({ ...request, trial: 1 }, contextOf())).output).toBe("fine");
  });
});

describe("a module that cannot be an agent", () => {
  it.each([
    ["is no JavaScript", "export default async (", /cannot be loaded/],
    ["throws", 'throw new Error("no key")', /no key/],
    ["exports no such function", "export const other = 1", /exports no function "default"/],
    ["never loads", "await new Promise((done) => setTimeout(done, 60_000))", /cannot be loaded/],
    ["ends its process", "process.exit(2)", /status 2/],
  ])("is refused before anything is run: it %s", async (what, source, message) => {
    const loading = load(source, "default", what === "never loads" ? 500 : 10_000);
    await expect(loading).rejects.toMatchObject({ code: "agent_unloadable" });
    await expect(loading).rejects.toThrow(message);
  });

  it("is refused when it is not there", async () => {
    const loading = createModuleAgent({ path: join(folder, "nowhere.mjs"), exportName: "default" });
    await expect(loading).rejects.toMatchObject({ code: "agent_unloadable" });
  });
});
