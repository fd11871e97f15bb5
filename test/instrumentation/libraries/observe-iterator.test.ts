import { expect, it } from "vitest";
import { observeIterator } from "../../../instrumentation/src/libraries/observe-iterator.ts";

function observed(iterator: unknown): { told: string[]; isObserved: boolean } {
  const told: string[] = [];
  const isObserved = observeIterator(iterator, {
    run(fn) {
      told.push("run");
      return fn();
    },
    value: (value) => told.push(`value ${String(value)}`),
    end: () => told.push("end"),
    stop: () => told.push("stop"),
    fail: (error) => told.push(String(error)),
  });
  return { told, isObserved };
}

async function* counting(): AsyncGenerator<number, string, string> {
  const given = yield 1;
  yield given.length;
  return "done";
}

it("hands on what is given and returned, and stays the iterator it was", async () => {
  const generator = counting();
  const { told, isObserved } = observed(generator);
  expect(isObserved).toBe(true);
  expect(await generator.next("")).toEqual({ done: false, value: 1 });
  expect(await generator.next("four")).toEqual({ done: false, value: 4 });
  expect(await generator.next("")).toEqual({ done: true, value: "done" });
  expect(told).toEqual(["run", "value 1", "run", "value 4", "run", "end"]);
});

it("tells at once that the reader leaves, though the step under way never ends", async () => {
  const generator = (async function* stuck(): AsyncGenerator<number, string, string> {
    await new Promise(() => undefined);
    yield 1;
    return "never";
  })();
  const { told } = observed(generator);
  void generator.next("");
  void generator.return("left");
  expect(told).toEqual(["run", "stop", "run"]);
});

it("lets an error through", async () => {
  const generator = (async function* failing(): AsyncGenerator<number, string, string> {
    yield 1;
    throw new RangeError("too far");
  })();
  const { told } = observed(generator);
  await generator.next("");
  await expect(generator.next("")).rejects.toThrow(new RangeError("too far"));
  expect(told).toEqual(["run", "value 1", "run", "RangeError: too far"]);
});

it("watches an iterator that gives at once what others promise, and throws at once", () => {
  const results = [{ done: false, value: 1 }, { done: true }];
  const iterator = {
    next: () => results.shift(),
    throw(error: unknown) {
      throw error;
    },
  };
  const { told } = observed(iterator);
  expect(iterator.next()).toEqual({ done: false, value: 1 });
  expect(iterator.next()).toEqual({ done: true });
  expect(() => iterator.throw(new RangeError("thrown into"))).toThrow(new RangeError("thrown into"));
  expect(told).toEqual(["run", "value 1", "run", "end", "run", "RangeError: thrown into"]);
});

it.each([
  ["a list", [1, 2]],
  ["what cannot be changed", Object.freeze(counting())],
  [
    "what cannot be looked at",
    new Proxy(
      {},
      {
        get() {
          throw new Error("mine");
        },
      },
    ),
  ],
  ["nothing", undefined],
])("says that it cannot watch %s", (_, value) => {
  expect(observed(value)).toEqual({ told: [], isObserved: false });
});
