/** Case files with a judge model, run against an agent over HTTP, with a scripted OpenAI-compatible server. */
import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type ScriptedModel, type ScriptedReply, startScriptedModel } from "../../examples/scripted-model.mjs";
import { evaluateCases } from "../../src/case-files/evaluate-cases.ts";
import { parseCaseFile } from "../../src/case-files/read-case-file.ts";
import { portOf } from "../support/port-of.ts";

/** A text with this in it. */
const having = (part: string | RegExp): unknown => expect.stringMatching(part);

const toClose: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

/** Repeats what it was told, and has looked it up. */
async function startAgent(): Promise<string> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly input: string };
      const tool_calls = [{ name: "look_up", arguments: { what: input }, result: "found" }];
      response.end(JSON.stringify({ output: `You said: ${input}`, tool_calls, steps_taken: 1 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  toClose.push(() => void server.close());
  return `http://127.0.0.1:${portOf(server)}/`;
}

async function evaluate(cases: string, reply: (prompt: string) => string | ScriptedReply, run = "{}") {
  const model: ScriptedModel = await startScriptedModel((request) => {
    const answer = reply(JSON.stringify(request.body));
    return typeof answer === "string" ? { message: { content: answer } } : answer;
  });
  toClose.push(async () => model.close());
  const text = `agent: { url: "${await startAgent()}" }
judge: { base_url: "${model.url}", model: scripted, api_key: "\${env:JUDGE_KEY}", max_attempts: 1 }
run: ${run}
cases:
${cases}`;
  const file = parseCaseFile(text, { JUDGE_KEY: "sk-judge" });
  const { signal } = new AbortController();
  const result = await evaluateCases(file, { name: "test", folder: ".", env: {}, signal });
  return { trials: result.cases.map(({ trials }) => trials[0]), requests: model.requests };
}

describe("a case file with a judge model", () => {
  it("has its judged expectations decided by the model, which gets the key of the environment", async () => {
    const cases = `
  - id: judged
    input: order 7
    validators:
      - { type: rubric, rubric: The order is named. }
      - { type: subgoal, name: looked up, subgoal: The order was looked up. }
      - { type: tool_call, tool: look_up, checks: { what: an order } }
      - { type: llm_check, template: "Polite? {output} GRADE" }`;
    const { trials, requests } = await evaluate(cases, (prompt) =>
      prompt.includes("Polite?") ? "It is rude.\nGRADE: I" : "It is so.\nGRADE: C",
    );
    expect(trials[0]).toMatchObject({
      status: "failed",
      validations: [
        { name: "rubric", passed: true },
        { name: "looked up", passed: true, explanation: having("It is so.") },
        { name: "tool_call", passed: true },
        { name: "llm_check", passed: false, explanation: having("It is rude.") },
      ],
    });
    expect(requests.map(({ headers }) => headers["authorization"])).toEqual(
      Array.from({ length: 4 }, () => "Bearer sk-judge"),
    );
  });

  it("scores nothing where the model does not answer, and says why", async () => {
    const cases = "  - { id: a, input: x, validators: [{ type: rubric, rubric: So it is. }] }";
    const { trials } = await evaluate(cases, () => ({ status: 401 }));
    expect(trials[0]).toMatchObject({
      status: "error",
      score: null,
      error: {
        code: "scoring_failed",
        message: having(/^the judge model answered with status 401: unauthorized/),
      },
    });
  });

  it("waits for a model no longer than for the scoring of a trial", async () => {
    const cases = "  - { id: a, input: x, validators: [{ type: rubric, rubric: So it is. }] }";
    const { trials } = await evaluate(cases, () => ({ hang: true }), "{ scoring_timeout: 50ms }");
    expect(trials[0]?.error).toEqual({ code: "scoring_failed", message: "no score within 50 ms" });
  });

  it("AI-24 lets the model play the user, until the user is done", async () => {
    const cases = `
  - id: return
    user: { task: Return the tent., done_when: The return is promised., max_turns: 5 }
    validators: [{ type: step_count, min: 2, max: 2 }]`;
    let said = 0;
    const { trials } = await evaluate(cases, () => {
      said += 1;
      return ["think", "I have a tent", "think", "I want to return it", "think", "END_CONVERSATION"][said - 1] ?? "";
    });
    expect(trials[0]).toMatchObject({
      status: "passed",
      turns: [
        { input: "I have a tent", output: "You said: I have a tent" },
        { input: "I want to return it", output: "You said: I want to return it" },
      ],
      validations: [{ name: "step_count", passed: true }],
    });
    expect(said).toBe(6);
  });
});
