import { expect, it } from "vitest";
import { createCancelCounts } from "../../src/api/cancel-counts.ts";
import type { Store } from "../../src/component/store.ts";

// Only its identity counts here.
const store = {} as unknown as Store;

/** Takes back one slice of `sessions`, which the store does when it is told to. */
function slices(sessions: number) {
  const told: ((value: number) => void)[] = [];
  let left = sessions;
  const cancelSlice = async (): Promise<number> => {
    const slice = left;
    left = 0;
    if (slice > 0) await new Promise((resolve) => told.push(resolve));
    return slice;
  };
  return { cancelSlice, tell: () => told.shift()?.(0) };
}

it("are told when what is being taken back is counted, as the store knows of it before", async () => {
  const counts = createCancelCounts();
  const { cancelSlice, tell } = slices(7);
  const cancelling = counts.count(store, "shop", cancelSlice);
  const told = counts.of(store, "shop");
  tell();
  expect(await told).toBe(7);
  await cancelling;
  expect(await counts.of(store, "shop")).toBe(7);
});

it("are each project's own, and add up", async () => {
  const counts = createCancelCounts();
  for (const sessions of [2, 3]) {
    const { cancelSlice, tell } = slices(sessions);
    const cancelling = counts.count(store, "shop", cancelSlice);
    tell();
    await cancelling;
  }
  expect([await counts.of(store, "shop"), await counts.of(store, "other")]).toEqual([5, 0]);
});

it("are told although taking back failed", async () => {
  const counts = createCancelCounts();
  const failing = counts.count(store, "shop", async () => Promise.reject(new Error("the disk is full")));
  const told = counts.of(store, "shop");
  await expect(failing).rejects.toThrow("the disk is full");
  expect(await told).toBe(0);
});
