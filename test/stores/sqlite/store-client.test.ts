import { expect, it } from "vitest";
import { createStoreClient } from "../../../src/stores/sqlite/store-client.ts";

const ref = { project: "default", id: "0123456789abcdef0123456789abcdef" };

/** A client whose writer learns that somebody listens when it is told so, and what happened in which order. */
function clientOf() {
  const order: string[] = [];
  const told: (() => void)[] = [];
  const { operations } = createStoreClient({
    write: async () => Promise.reject(new Error("nothing is written here")),
    read: async (name) => {
      order.push(name);
      return undefined as never;
    },
    onWatch: async (watches) => {
      if (!watches) return;
      await new Promise<void>((resolve) => told.push(resolve));
      order.push("the writer knows");
    },
  });
  return { operations, order, tell: () => told.shift()?.() };
}

it("reads nothing before the writer knows that somebody listens, so that no change falls in between", async () => {
  const { operations, order, tell } = clientOf();
  operations.watch(() => undefined);
  const read = operations.getSession(ref);
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  tell();
  await read;
  expect(order).toEqual(["the writer knows", "getSession"]);
});

it("reads at once for those who listen later, and when nobody listens any more", async () => {
  const { operations, order, tell } = clientOf();
  await operations.getSession(ref);
  const unwatch = [operations.watch(() => undefined), operations.watch(() => undefined)];
  tell();
  await operations.getSession(ref);
  operations.watch(() => undefined)();
  for (const end of unwatch) end();
  await operations.getSession(ref);
  expect(order).toEqual(["getSession", "the writer knows", "getSession", "getSession"]);
});
