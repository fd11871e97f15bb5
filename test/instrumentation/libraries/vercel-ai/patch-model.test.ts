import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patchModel } from "../../../../instrumentation/src/libraries/vercel-ai/patch-model.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";

let recording: Recording;
beforeEach(() => {
  recording = recordSpans();
});
afterEach(() => recording.stop());

interface Options {
  readonly prompt: readonly unknown[];
  readonly abortSignal?: AbortSignal;
}

class Parrot {
  readonly modelId = "parrot";
  readonly provider = "homemade.chat";
  readonly config = { url: ({ path }: { path: string }) => `https://parrots.example/v1${path}` };
  async doGenerate({ prompt }: Options): Promise<object> {
    return { content: [{ type: "text", text: `hello ${prompt.length}` }] };
  }
  async doStream(options: Options): Promise<object> {
    return { options, stream: new ReadableStream({ pull: async () => new Promise(() => undefined) }) };
  }
}

/** A class that calls its parent's method, as some providers' do. */
class LoudParrot extends Parrot {
  override async doGenerate(options: Options): Promise<object> {
    return super.doGenerate(options);
  }
}

describe("a patched model", () => {
  it("is patched in its class, so that models which exist already are, too", async () => {
    const model = new Parrot();
    expect(patchModel(new Parrot())).toBe(true);
    await model.doGenerate({ prompt: [] });
    expect(Object.hasOwn(model, "doGenerate")).toBe(false);
    expect(recording.spans().map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        "gen_ai.provider.name": "homemade",
        "gen_ai.request.model": "parrot",
        "server.address": "parrots.example",
        "server.port": 443,
      }),
    ]);
  });

  it("is recorded once when its class calls another that is patched", async () => {
    patchModel(new Parrot());
    patchModel(new LoudParrot());
    await new LoudParrot().doGenerate({ prompt: [] });
    expect(recording.spans()).toHaveLength(1);
  });

  it.each([
    { reason: undefined, aborted: true, error: undefined },
    { reason: "the user has left", aborted: true, error: undefined },
    { reason: new DOMException("too slow", "TimeoutError"), aborted: undefined, error: "TimeoutError" },
  ])("ends a stream that nobody reads when it is aborted: $reason", async ({ reason, aborted, error }) => {
    patchModel(new Parrot());
    const abort = new AbortController();
    await new Parrot().doStream({ prompt: [], abortSignal: abort.signal });
    expect(recording.open()).toBe(1);
    abort.abort(reason);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(recording.open()).toBe(0);
    expect(recording.spans()[0]?.attributes["turnwise.aborted"]).toBe(aborted);
    expect(recording.spans()[0]?.attributes["error.type"]).toBe(error);
  });

  it("does not go on listening to the application's signal", async () => {
    patchModel(new Parrot());
    const { signal } = new AbortController();
    for (let index = 0; index < 3; index += 1) await new Parrot().doGenerate({ prompt: [], abortSignal: signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it.each([
    { caller: "ai/7.0.173 runtime/node.js/24", responseFormat: undefined, spans: 0 },
    { caller: "ai/7.0.173", responseFormat: { type: "json" }, spans: 1 },
    { caller: "ai/6.0.326", responseFormat: undefined, spans: 1 },
    { caller: undefined, responseFormat: undefined, spans: 1 },
  ])("knows a call of version 7 whose telemetry is off: $caller $responseFormat", async (options) => {
    patchModel(new Parrot());
    const { caller, responseFormat, spans } = options;
    const settings = { prompt: [], headers: { "user-agent": caller }, responseFormat };
    await new Parrot().doGenerate(settings);
    expect(recording.spans()).toHaveLength(spans);
  });
});

it.each([undefined, null, 7, {}, { doGenerate: 7 }])("leaves alone what is no model: %j", (value) => {
  expect(patchModel(value)).toBe(false);
});
