/** One after the other, and who leaves keeps nobody waiting. */
import { describe, expect, it } from "vitest";
import { createOneAtATime } from "../../../src/api/evaluation/one-at-a-time.ts";

const patient = new AbortController().signal;

describe("who works one at a time", () => {
  it("goes in the order in which it came, each when the one before has left", async () => {
    const enter = createOneAtATime();
    const entered: number[] = [];
    const leave = await enter(patient);
    const others = [1, 2].map(async (at) => {
      const done = await enter(patient);
      entered.push(at);
      return done;
    });
    await settled();
    expect(entered).toEqual([]);
    leave();
    (await others[0])?.();
    await others[1];
    expect(entered).toEqual([1, 2]);
  });

  it("does not wait for who stopped waiting, nor overtakes who is at work", async () => {
    const enter = createOneAtATime();
    const leave = await enter(patient);
    const gone = new AbortController();
    const leaving = enter(gone.signal);
    let isIn = false;
    const next = enter(patient).then(() => (isIn = true));
    gone.abort(new Error("gone"));
    await expect(leaving).rejects.toThrow("gone");
    await settled();
    expect(isIn).toBe(false);
    leave();
    await next;
    expect(isIn).toBe(true);
  });

  it("is not begun by who has gone already", async () => {
    const enter = createOneAtATime();
    await expect(enter(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    (await enter(patient))();
  });
});

const settled = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
