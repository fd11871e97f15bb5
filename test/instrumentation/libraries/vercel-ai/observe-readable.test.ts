import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { ObservedCall } from "../../../../instrumentation/src/libraries/observed-call.ts";
import { observeReadable } from "../../../../instrumentation/src/libraries/vercel-ai/observe-readable.ts";

const delta = (text: string): object => ({ type: "text-delta", id: "1", delta: text });

/** A call that writes down what it is told. */
function noting(): { readonly told: unknown[]; readonly call: ObservedCall } {
  const told: unknown[] = [];
  const call: ObservedCall = {
    run: (fn) => fn(),
    answered: (answer) => told.push(["answered", answer]),
    answeredRaw: () => told.push("answered raw"),
    chunk: (chunk) => told.push(chunk),
    streamEnded: () => told.push("ended"),
    fail: (error) => told.push(["failed", error]),
  };
  return { told, call };
}

function twoParts(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: "stream-start" });
      controller.enqueue(delta("one"));
      controller.close();
    },
  });
}

async function all(stream: ReadableStream): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

const ways: readonly (readonly [string, (stream: ReadableStream) => Promise<unknown[]>])[] = [
  ["iterating", all],
  ["pipeThrough", async (stream) => all(stream.pipeThrough(new TransformStream()))],
  ["tee", async (stream) => (await Promise.all(stream.tee().map(all)))[0] ?? []],
  [
    "pipeTo",
    async (stream) => {
      const values: unknown[] = [];
      await stream.pipeTo(new WritableStream({ write: (value) => void values.push(value) }));
      return values;
    },
  ],
  [
    "getReader",
    async (stream) => {
      const reader = stream.getReader();
      const values: unknown[] = [];
      for (let step = await reader.read(); !step.done; step = await reader.read()) values.push(step.value);
      return values;
    },
  ],
];

describe("a stream that is observed", () => {
  it.each(ways)("gives what it would have given, by %s", async (_, read) => {
    const { told, call } = noting();
    const stream = twoParts();
    expect(observeReadable(stream, call)).toBe(true);
    expect(await read(stream)).toEqual([{ type: "stream-start" }, delta("one")]);
    expect(told).toEqual([delta("one"), "ended"]);
  });

  it("fails as it would have failed", async () => {
    const { told, call } = noting();
    const error = new Error("connection lost");
    const stream = new ReadableStream({
      pull: () => {
        throw error;
      },
    });
    observeReadable(stream, call);
    await expect(all(stream)).rejects.toBe(error);
    expect(told).toEqual([["failed", error]]);
  });

  it("is cancelled when its reader cancels", async () => {
    const { told, call } = noting();
    const cancelled: unknown[] = [];
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(delta("on and on")),
      cancel: (reason) => void cancelled.push(reason),
    });
    observeReadable(stream, call);
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel("enough");
    expect(cancelled).toEqual(["enough"]);
    expect(told.at(-1)).toBe("ended");
  });

  it("is asked for no more than its reader asks for", async () => {
    let pulls = 0;
    const stream = new ReadableStream(
      {
        pull(controller) {
          pulls += 1;
          controller.enqueue(delta("x"));
        },
      },
      { highWaterMark: 0 },
    );
    observeReadable(stream, noting().call);
    expect(pulls).toBe(0);
    await stream.getReader().read();
    expect(pulls).toBe(1);
  });

  it("has ended when nobody can read it any more", { timeout: 20_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const { told, call } = noting();
    await (async () => {
      const stream = new ReadableStream({ pull: (controller) => controller.enqueue(delta("x")) });
      observeReadable(stream, call);
      await stream.getReader().read();
    })();
    while (told.at(-1) !== "ended") {
      collectGarbage();
      await sleep(20);
    }
    expect(told).toEqual([delta("x"), "ended"]);
  });

  it.each([undefined, {}, [], "text"])("is not %j", (value) => {
    expect(observeReadable(value, noting().call)).toBe(false);
  });
});
