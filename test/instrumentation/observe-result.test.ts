import { expect, it, vi } from "vitest";
import { observeResult } from "../../instrumentation/src/observe-result.ts";

it("hands a value through", () => {
  const [ok, fail] = [vi.fn<(value: unknown) => void>(), vi.fn<(value: unknown) => void>()];
  const value = { a: 1 };
  expect(observeResult(value, ok, fail)).toBe(value);
  expect(ok).toHaveBeenCalledWith(value);
});

it("settles as the promise does, having told", async () => {
  const [ok, fail] = [vi.fn<(value: unknown) => void>(), vi.fn<(value: unknown) => void>()];
  const error = new Error("no");
  await expect(observeResult(Promise.resolve(1), ok, fail)).resolves.toBe(1);
  await expect(observeResult(Promise.reject(error), ok, fail)).rejects.toBe(error);
  expect([ok.mock.calls, fail.mock.calls]).toEqual([[[1]], [[error]]]);
});

it("leaves a promise of another class what it is", async () => {
  class Special extends Promise<number> {
    readonly note = "kept";
  }
  const ok = vi.fn<(value: unknown) => void>();
  const special = new Special((resolve) => resolve(2));
  expect(observeResult(special, ok, vi.fn<(value: unknown) => void>())).toBe(special);
  await special;
  expect(ok).toHaveBeenCalledWith(2);
});
