import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GuardError, maxSteps } from "@turnwise/instrumentation/guards";
import { afterAll, describe, expect, it } from "vitest";
import { createCommandAgent } from "../../src/case-files/command-agent.ts";
import type { AgentContext } from "../../src/evaluation/cases/agent.ts";
import { agentError, contextOf, request, requestJson } from "../support/agent-asking.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (script: string, context: Partial<AgentContext> = {}, env: NodeJS.ProcessEnv = {}) =>
  createCommandAgent({ command: [process.execPath, "-e", script], env: { ...process.env, ...env }, folder })(
    request,
    contextOf(context),
  );

const print = (value: unknown): string => `console.log(${JSON.stringify(JSON.stringify(value))});`;

describe("an agent that is a program", () => {
  it("reads the request and writes the answer", async () => {
    const script = `let text = ""; process.stdin.on("data", (data) => text += data).on("end", () =>
      console.log(JSON.stringify({ output: text, tool_calls: [{ name: "search", arguments: { q: "x" } }] }, null, 2)))`;
    const answer = await ask(script);
    expect(JSON.parse(answer.output)).toEqual(requestJson);
    expect(answer.toolCalls).toMatchObject([{ name: "search", arguments: { q: "x" } }]);
  });

  it("has the environment and the folder that it is given", async () => {
    const { output } = await ask(
      "console.log(JSON.stringify({ output: process.env.MODE + process.cwd() }))",
      {},
      { MODE: "test " },
    );
    expect(output.endsWith(folder)).toBe(true);
    expect(output.startsWith("test ")).toBe(true);
  });

  it("need not read what it is asked", async () => {
    expect((await ask(`process.stdin.destroy(); ${print({ output: "x" })}`)).output).toBe("x");
  });

  it("may write letters in two pieces", async () => {
    const script = `const text = Buffer.from('{"output":"é"}'); process.stdout.write(text.subarray(0, 12), () => setTimeout(() => process.stdout.write(text.subarray(12)), 50))`;
    expect((await ask(script)).output).toBe("é");
  });

  it("is waited for no longer than it runs: what it leaves behind is killed", async () => {
    const marks = join(folder, "marks");
    const left = `while :; do echo mark >> ${marks}; sleep 0.05; done`;
    const script = `require("child_process").spawn("sh", ["-c", ${JSON.stringify(left)}], { stdio: "inherit" }).unref();
      setTimeout(() => { ${print({ output: "x" })} }, 100)`;
    expect((await ask(script)).output).toBe("x");
    const { size } = statSync(marks);
    await sleep(200);
    expect([size > 0, statSync(marks).size]).toEqual([true, size]);
  });

  it("tells its steps while it works, in lines before the answer", async () => {
    const steps: unknown[] = [];
    const script = `${print({ step: { name: "search", arguments: { q: 1 } } })} ${print({ step: { type: "model_call", cost_usd: 0.1 } })} ${print({ output: "done" })}`;
    const answer = await ask(script, { step: (step) => void steps.push(step) });
    expect(answer.output).toBe("done");
    expect(steps).toEqual([
      { type: "tool_call", name: "search", arguments: { q: 1 } },
      { type: "model_call", costUsd: 0.1 },
    ]);
  });

  it("is killed at the step that it must not take, before the next one", async () => {
    const marker = join(folder, "third-step");
    const script = `const fs = require("fs"); (async () => { for (let i = 1; i < 50; i++) {
      console.log(JSON.stringify({ step: { name: "search" } })); await new Promise((done) => setTimeout(done, 400));
      if (i === 2) fs.writeFileSync(${JSON.stringify(marker)}, ""); } ${print({ output: "x" })} })()`;
    const guard = maxSteps(1);
    const step: AgentContext["step"] = (told) => {
      const trip = guard.check(told);
      if (trip !== undefined) throw new GuardError(trip);
    };
    await expect(ask(script, { step })).rejects.toMatchObject({ name: "GuardError", guard: "max_steps" });
    await sleep(700);
    expect(existsSync(marker)).toBe(false);
  });
});

describe("a program that does not answer", () => {
  it.each([
    ["ends with a status", 'console.error("no key"); process.exit(3)', "crashed", /^it ended with status 3: no key$/],
    ["throws", 'throw new Error("boom")', "crashed", /boom/],
    ["is killed", "process.kill(process.pid, 'SIGTERM')", "crashed", /ended by SIGTERM/],
    ["says nothing", "", "bad_answer", /empty/],
    ["chats", 'console.log("Hello!")', "bad_answer", /not JSON/],
    ["answers twice", `${print({ output: "x" })} ${print({ output: "y" })}`, "bad_answer", /not JSON/],
    ["tells half a step", print({ step: { type: "dance" } }), "bad_answer", /step/],
    [
      "never stops talking",
      'setInterval(() => process.stdout.write("x".repeat(1e6)), 1)',
      "bad_answer",
      /10000000 characters/,
    ],
  ])("is told as what it is: it %s", async (_what, script, code, message) => {
    await expect(ask(script)).rejects.toMatchObject(agentError(code, message));
  });

  it("is told as what it is: it is not there", async () => {
    const agent = createCommandAgent({ command: ["/nowhere/agent"], env: {}, folder });
    await expect(agent(request, contextOf())).rejects.toMatchObject(agentError("crashed", /cannot be started/));
  });

  it("is killed with those that it started when nobody waits any more", async () => {
    const marker = join(folder, "grandchild");
    const grandchild = `setTimeout(() => require("fs").writeFileSync(${JSON.stringify(marker)}, ""), 900)`;
    const script = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`;
    const cancel = new AbortController();
    const asking = ask(script, { signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error("enough")), 300);
    await expect(asking).rejects.toThrow("enough");
    await sleep(1200);
    expect(existsSync(marker)).toBe(false);
  });

  it("shows only the end of what it complained about", async () => {
    const script = 'process.stderr.write("x".repeat(100000) + "the end", () => process.exit(1))';
    await expect(ask(script)).rejects.toMatchObject({
      message: expect.stringMatching(/^it ended with status 1: x{493}the end$/) as string,
    });
  });
});
