import { afterEach, describe, expect, it } from "vitest";
import { type ScriptedReply, startScriptedModel } from "../../examples/scripted-model.mjs";
import type { Evaluator, Measure } from "../../src/component/evaluator.ts";
import { evaluatorConfigSchema } from "../../src/evaluators/evaluator-config.ts";
import { standardEvaluator } from "../../src/evaluators/standard.ts";
import { llmConfigSchema } from "../../src/judges/llm/llm-config.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const closing: (() => Promise<void> | undefined)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const call = { id: "c1", type: "function", function: { name: "get_order", arguments: '{"id":7}' } };
const session = buildFromMessages({
  source: "messages",
  messages: [
    { role: "user", content: "Where is order 7?" },
    { role: "assistant", content: null, tool_calls: [call] },
    { role: "tool", tool_call_id: "c1", content: "shipped" },
    { role: "assistant", content: "It has shipped." },
    { role: "user", content: "Thanks" },
  ],
});
const ref = { project: "default", id: "s1" };
const never = new AbortController().signal;

function create(part: object, model?: { readonly url: string; readonly fields?: object }): Evaluator {
  const judge =
    model && llmConfigSchema.parse({ api_key: "sk-test", base_url: model.url, max_attempts: 1, ...model.fields });
  const evaluator = standardEvaluator.create(evaluatorConfigSchema.parse(part), {
    id: "refunds",
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    ...(judge === undefined ? {} : { modelJudge: { id: "llm", config: judge } }),
  });
  closing.push(() => evaluator.shutdown?.());
  return evaluator;
}

async function modelThat(reply: () => ScriptedReply) {
  const model = await startScriptedModel(reply);
  closing.push(() => model.close());
  return model;
}

const only = ({ measures: [measure] }: Evaluator): Measure => {
  if (measure === undefined) throw new Error("no measure");
  return measure;
};

describe("expectations", () => {
  it.each([
    ["holds", { type: "tool_used", tools: ["get_order"] }, 1, "passed"],
    ["does not hold", { type: "tool_used", tools: ["refund"] }, 0, "failed"],
    ["is not to hold, and does not", { type: "tool_used", tools: ["refund"], invert: true }, 1, "passed"],
  ])("are 1 or 0: one that %s", async (_, expectation, value, label) => {
    const measure = only(create({ expectations: [expectation] }));
    expect(measure).toMatchObject({ name: "tool_used", of: "session" });
    expect(await measure.score({ session, ref }, never)).toMatchObject({ value, label });
  });

  it("have no value where it cannot be told whether they hold", async () => {
    const measure = only(create({ expectations: [{ type: "contains", texts: ["x"], turn: 9 }] }));
    expect(await measure.score({ session, ref }, never)).toMatchObject({
      value: null,
      explanation: "the trajectory has no turn 9, only 2",
    });
  });

  it("are of another version when they say something else, and not when they are called otherwise", () => {
    const versionOf = (fields: object) =>
      only(create({ expectations: [{ type: "contains", texts: ["x"], ...fields }] })).version;
    expect(versionOf({})).toBe(versionOf({ name: "says_x" }));
    expect(versionOf({})).not.toBe(versionOf({ texts: ["y"] }));
  });

  it("that ask a model take its grade", async () => {
    const model = await modelThat(() => ({ message: { content: "It says so.\nGRADE: C" } }));
    const measure = only(create({ expectations: [{ type: "rubric", rubric: "It says where the order is." }] }, model));
    expect(measure.asks).toBe("llm");
    expect(await measure.score({ session, ref }, never)).toMatchObject({
      value: 1,
      explanation: expect.stringContaining("It says so.") as unknown,
    });
  });

  it.each([
    [
      "the provider's error, by which it is tried again",
      { status: 401, body: { error: { message: "no" } } },
      "unauthorized",
    ],
    ["that there was no grade", { message: { content: "who knows" } }, "invalid_answer"],
  ])("that get no grade fail with %s", async (_, reply, code) => {
    const model = await modelThat(() => reply);
    const rubric = { type: "rubric", rubric: "It is polite.", max_retries: 0 };
    const measure = only(create({ expectations: [rubric] }, model));
    await expect(measure.score({ session, ref }, never)).rejects.toMatchObject({ name: "JudgeError", code });
  });
});

describe("metrics", () => {
  const grade: ScriptedReply = { message: { content: JSON.stringify({ reasoning: "short", score: 0.75 }) } };

  it("score turns, by the model of the judge", async () => {
    const model = await modelThat(() => grade);
    const measure = only(create({ metrics: ["conciseness"] }, model));
    expect(measure).toMatchObject({ name: "conciseness", of: "turn", asks: "llm" });
    const [turn] = session.turns;
    expect(await measure.score({ session, ref, turn: turn! }, never)).toEqual({ value: 0.75, explanation: "short" });
    expect(model.requests).toHaveLength(1);
  });

  it("have no value for a turn in which the agent had no time to do anything, and ask nobody", async () => {
    const model = await modelThat(() => grade);
    const measure = only(create({ metrics: ["conciseness"] }, model));
    expect(await measure.score({ session, ref, turn: session.turns[1]! }, never)).toMatchObject({ value: null });
    expect(model.requests).toHaveLength(0);
  });

  it("are of another version with another model", async () => {
    const versionOf = (fields: object) =>
      only(create({ metrics: ["fluency"] }, { url: "http://127.0.0.1:1/v1", fields })).version;
    expect(versionOf({ model: "a" })).toBe(versionOf({ model: "a", timeout: "5s" }));
    expect(versionOf({ model: "a" })).not.toBe(versionOf({ model: "b" }));
  });
});

describe("an evaluator", () => {
  it.each<[string, object, boolean]>([
    ["metrics that ask a model", { metrics: ["fluency"] }, true],
    ["expectations that ask a model", { expectations: [{ type: "rubric", rubric: "ok" }] }, true],
    ["what asks none", { expectations: [{ type: "step_count", max: 3 }] }, false],
  ])("with %s is off only where a model is missing", (_, part, isOff) => {
    expect(create(part).off?.includes("no judge of type llm") ?? false).toBe(isOff);
  });

  it("is off when the judge has no key", () => {
    const evaluator = create({ metrics: ["fluency"] }, { url: "http://127.0.0.1:1/v1", fields: { api_key: "" } });
    expect(evaluator.off).toContain("the judge llm, which has no API key");
  });
});
