import type { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { stopOnSignal } from "../../src/cli/stop-on-signal.ts";

const signals = ["SIGINT", "SIGTERM"] as const;
const others = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of signals)
    for (const listener of process.listeners(signal))
      if (!others.get(signal)?.includes(listener)) process.off(signal, listener);
});

/** A server that has something in hand until it is let go. */
function busyServer() {
  let fail: (error: Error) => void = () => undefined;
  let finish: () => void = () => undefined;
  const failure = new Promise<Error>((resolve) => (fail = resolve));
  const done = new Promise<void>((resolve) => (finish = resolve));
  const hurries: (AbortSignal | undefined)[] = [];
  const said: string[] = [];
  const server = {
    failure,
    async stop(hurry?: AbortSignal) {
      hurries.push(hurry);
      await done;
    },
  };
  return { stopped: stopOnSignal(server, (sentence) => said.push(sentence)), said, hurries, fail, finish };
}

const events: EventEmitter = process;
const receive = (signal: (typeof signals)[number], number: number) => events.emit(signal, signal, number);

describe("a server that runs until a signal", () => {
  it("stops in order after the first, in a hurry from the second on, and ends the process with the third", async () => {
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    const { stopped, said, hurries, finish } = busyServer();
    receive("SIGTERM", 15);
    await vi.waitFor(() => expect(hurries.map((hurry) => hurry?.aborted)).toEqual([false]));
    receive("SIGINT", 2);
    expect(hurries.map((hurry) => hurry?.aborted)).toEqual([true]);
    expect(exit).not.toHaveBeenCalled();
    receive("SIGINT", 2);
    expect(exit).toHaveBeenCalledWith(130);
    expect(said).toEqual([
      "Stopping; again cuts what is still in hand.",
      "Cutting what is in hand; again ends at once.",
    ]);
    finish();
    expect(await stopped).toBeUndefined();
    expect(hurries).toHaveLength(1);
  });

  it("stops because it can work no more, and says why", async () => {
    const { stopped, hurries, fail, finish } = busyServer();
    fail(new Error("the store's writer thread has ended"));
    await vi.waitFor(() => expect(hurries).toHaveLength(1));
    finish();
    expect(await stopped).toMatchObject({ message: "the store's writer thread has ended" });
  });
});
