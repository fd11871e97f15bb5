import { expect, it } from "vitest";
import { observeGenerator } from "../../../../instrumentation/src/libraries/langchain/observe-generator.ts";

function observed(generator: AsyncGenerator<number, string, string>): { told: string[]; same: boolean } {
  const told: string[] = [];
  const same = observeGenerator(generator, {
    run(fn) {
      told.push("run");
      return fn();
    },
    value: (value) => told.push(`value ${String(value)}`),
    end: () => told.push("end"),
    stop: () => told.push("stop"),
    fail: (error) => told.push(String(error)),
  });
  return { told, same: same === generator };
}

async function* counting(): AsyncGenerator<number, string, string> {
  const given = yield 1;
  yield given.length;
  return "done";
}

it("hands on what is given and returned, and stays the generator it was", async () => {
  const generator = counting();
  const { told, same } = observed(generator);
  expect(same).toBe(true);
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

it("hands back what is no generator", () => {
  const iterable = [1, 2];
  const nothing = (): undefined => undefined;
  const observer = { run: <T>(fn: () => T): T => fn(), value: nothing, end: nothing, stop: nothing, fail: nothing };
  expect(observeGenerator(iterable, observer)).toBe(iterable);
});
