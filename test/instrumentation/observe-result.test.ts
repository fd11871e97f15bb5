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

it("does not start what waits to be asked, and tells how it ended when it is", async () => {
  const [ok, fail] = [vi.fn<(value: unknown) => void>(), vi.fn<(value: unknown) => void>()];
  let executed = 0;
  const query = {
    // oxlint-disable-next-line unicorn/no-thenable -- as query builders do it
    then(onOk: (rows: number) => unknown) {
      executed += 1;
      return Promise.resolve(executed).then(onOk);
    },
  };
  expect(observeResult(query, ok, fail)).toBe(query);
  await new Promise(setImmediate);
  expect({ executed, told: ok.mock.calls }).toEqual({ executed: 0, told: [] });
  expect(await query).toBe(1);
  expect({ executed, told: ok.mock.calls }).toEqual({ executed: 1, told: [[1]] });
});

it("tells of the end of what cannot be observed, and lets what cannot be looked at be", () => {
  const ok = vi.fn<(value: unknown) => void>();
  const neverFails = (): never => expect.fail();
  // oxlint-disable-next-line unicorn/no-thenable -- one that cannot be changed
  const frozen = Object.freeze({ then: () => undefined });
  expect(observeResult(frozen, ok, neverFails)).toBe(frozen);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(Object.is(observeResult(proxy, ok, neverFails), proxy)).toBe(true);
  expect(ok).toHaveBeenCalledTimes(2);
});
