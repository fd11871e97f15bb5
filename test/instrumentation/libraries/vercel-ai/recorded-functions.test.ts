/** Versions 4 to 6, where the functions of `ai` can be replaced. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordedFunctions } from "../../../../instrumentation/src/libraries/vercel-ai/recorded-functions.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";

let recording: Recording;
beforeEach(() => {
  recording = recordSpans();
});
afterEach(() => recording.stop());

type Execute = (input: object, options: object) => unknown;
interface Options {
  readonly tools: Readonly<Record<string, { readonly execute: Execute }>>;
}

/** As version 4 and 5 run a tool: a method of what they were given, with the call's id beside the input. */
async function generateText({ tools }: Options): Promise<unknown> {
  return tools["weather"]?.execute({ city: "Faro" }, { toolCallId: "a" });
}

async function runTool(tool: { readonly execute: Execute }, ai: object = {}): Promise<unknown> {
  const recorded = recordedFunctions({ generateText, ...ai })["generateText"] as typeof generateText;
  return recorded({ tools: { weather: tool } });
}

class Weather {
  readonly #sky = "sunny";
  readonly description = "The weather";
  async execute(input: object): Promise<object> {
    return { ...input, sky: this.#sky };
  }
}

describe("a tool of a recorded function", () => {
  it("is recorded with its call's id, arguments and result", async () => {
    expect(await runTool({ execute: async () => ({ sky: "sunny" }) })).toEqual({ sky: "sunny" });
    expect(recording.spans().map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        "execute_tool weather",
        expect.objectContaining({
          "gen_ai.tool.call.id": "a",
          "gen_ai.tool.call.arguments": '{"city":"Faro"}',
          "gen_ai.tool.call.result": '{"sky":"sunny"}',
        }),
      ],
    ]);
  });

  it("may be an object with a private memory", async () => {
    const tool = new Weather();
    expect(await runTool(tool)).toEqual({ city: "Faro", sky: "sunny" });
    expect(recording.spans()).toHaveLength(1);
    expect(Object.hasOwn(tool, "execute")).toBe(false);
  });

  it("fails as it would have failed", async () => {
    const error = new Error("no station");
    await expect(runTool({ execute: async () => Promise.reject(error) })).rejects.toBe(error);
    expect(recording.spans()[0]?.status.message).toBe("no station");
  });

  it("may give its outputs one by one: the last one is the result", async () => {
    const outputs = (await runTool({
      execute: async function* () {
        yield "looking";
        yield "sunny";
      },
    })) as AsyncIterable<unknown>;
    const seen: unknown[] = [];
    for await (const output of outputs) seen.push(output);
    expect(seen).toEqual(["looking", "sunny"]);
    expect(recording.spans().map(({ attributes }) => attributes["gen_ai.tool.call.result"])).toEqual(["sunny"]);
  });

  it("is left alone where the SDK tells of its tools itself", async () => {
    await runTool({ execute: async () => "sunny" }, { registerTelemetryIntegration: () => undefined });
    expect(recording.spans()).toEqual([]);
  });
});

it("replaces nothing in version 7, which tells of everything", () => {
  expect(recordedFunctions({ generateText, registerTelemetry: () => undefined })).toEqual({});
});

it("keeps the functions' names and what they were given beside the options", async () => {
  const streamText = (...args: readonly unknown[]): unknown => args;
  const recorded = recordedFunctions({ streamText })["streamText"] as typeof streamText;
  expect(recorded.name).toBe("streamText");
  expect(recorded("no options", 2)).toEqual(["no options", 2]);
});
