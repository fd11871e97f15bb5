import { describe, expect, test, vi } from "vitest";
import { createRecentReads } from "../../../src/extensions/accounts/recent-reads.ts";

/** A reading that is let go on by hand. */
function held<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const reading = new Promise<Value>((settle) => (resolve = settle));
  return { read: vi.fn<() => Promise<Value>>(() => reading), resolve: (value: Value) => resolve(value) };
}

describe("what was read a moment ago", () => {
  test("is there at once, also when it is that there is nothing", async () => {
    const reads = createRecentReads();
    for (const value of ["found", undefined]) {
      const read = vi.fn<() => Promise<string | undefined>>(async () => value);
      expect(await reads.find(`name of ${value}`, read)).toBe(value);
      expect(reads.find(`name of ${value}`, read)).toBe(value);
      expect(read).toHaveBeenCalledTimes(1);
    }
  });

  test("is read again after five seconds", async () => {
    let now = 1000;
    const reads = createRecentReads({ now: () => now });
    const read = vi.fn<() => Promise<string>>(async () => "value");
    await reads.find("name", read);
    now += 4900;
    await reads.find("name", read);
    expect(read).toHaveBeenCalledTimes(1);
    now += 200;
    await reads.find("name", read);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test("is read once for all who ask while it is being read", async () => {
    const reads = createRecentReads();
    const { read, resolve } = held<string>();
    const answers = [1, 2, 3].map(async () => reads.find("name", read));
    resolve("value");
    expect(await Promise.all(answers)).toEqual(["value", "value", "value"]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test("counts no more when something has changed, and neither does what was being read then", async () => {
    const reads = createRecentReads();
    await reads.find("known", async () => "old");
    const { read, resolve } = held<string>();
    const answer = reads.find("name", read);
    reads.forget();
    resolve("old");
    expect(await answer).toBe("old");
    expect(await reads.find("known", async () => "new")).toBe("new");
    expect(await reads.find("name", async () => "new")).toBe("new");
  });

  test("is not that the reading failed", async () => {
    const reads = createRecentReads();
    await expect(reads.find("name", async () => Promise.reject(new Error("busy")))).rejects.toThrow("busy");
    expect(await reads.find("name", async () => "value")).toBe("value");
  });
});
