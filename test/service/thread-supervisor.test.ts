import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import type { Component } from "../../src/component/component.ts";
import { superviseThread } from "../../src/service/thread-supervisor.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const running: Component[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (component) => component.shutdown?.()));
});

/** Threads that run the given code, the last one for all further threads. */
function supervised(...codes: string[]) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  let spawned = 0;
  const told: unknown[] = [];
  const component = superviseThread<{ type: "news" }, { type: "ask" }>({
    name: "the judge thread",
    without: "nothing is judged",
    deaths: "turnwise_judge_thread_deaths",
    startError: { code: "judge_thread_failed", message: "the judges cannot be started", remedy: "Correct them" },
    onMessage: (message) => void told.push(message),
    onReady: () => void told.push("ready"),
    onGone: () => void told.push("gone"),
    spawn: () => {
      spawned += 1;
      const code = codes[Math.min(spawned, codes.length) - 1] ?? "";
      return new Worker(`const { parentPort } = require("node:worker_threads"); ${code}`, { eval: true });
    },
    logger,
    telemetry,
    restartDelayMs: 10,
    stopTimeoutMs: 300,
  });
  running.push(component);
  return { component, logger, telemetry, told, spawned: () => spawned };
}

const ready = `parentPort.postMessage({ type: "ready" });`;
const obeys = `parentPort.on("message", ({ type }) => { if (type === "stop") process.exit(0); });`;
const stubborn = `parentPort.on("message", () => undefined);`;
const dies = `setTimeout(() => { throw new Error("out of luck"); }, 20);`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

describe("a thread's supervisor", () => {
  test("starts when the thread is ready, passes on what it reports, and stops it", async () => {
    const reports = `
      parentPort.postMessage({ type: "log", level: "warn", fields: { judge: "llm" }, message: "paused" });
      parentPort.postMessage({ type: "count", name: "c", labels: { judge: "llm" }, by: 2 });
      parentPort.postMessage({ type: "gauge", name: "g", labels: {}, value: 3 });`;
    const { component, logger, telemetry, spawned } = supervised(obeys + reports + ready);
    await component.start();
    expect(logger.lines).toEqual([{ level: "warn", fields: { judge: "llm" }, message: "paused" }]);
    expect(telemetry.show()).toBe('# TYPE c counter\nc{judge="llm"} 2\n# TYPE g gauge\ng 3\n');
    await component.shutdown();
    await component.shutdown();
    expect(spawned()).toBe(1);
    expect(telemetry.show()).toContain("g 0\n");
    expect(logger.lines).toHaveLength(1);
  });

  test("passes on what else it tells, what it is told, and that it is gone", async () => {
    const answers = `parentPort.on("message", ({ type }) => {
      if (type === "ask") parentPort.postMessage({ type: "news" });
      if (type === "stop") process.exit(0);
    });`;
    const { component, told } = supervised(answers + ready);
    component.send({ type: "ask" }); // there is nobody yet
    await component.start();
    expect(told).toEqual(["ready"]);
    component.send({ type: "ask" });
    await until(() => told.length === 2);
    expect(told).toEqual(["ready", { type: "news" }]);
    await component.shutdown();
    expect(told).toEqual(["ready", { type: "news" }, "gone"]);
  });

  test("replaces a thread that dies, and says so", async () => {
    const { component, logger, telemetry, spawned } = supervised(ready + dies, obeys + ready);
    await component.start();
    await until(() => spawned() === 2);
    expect(logger.lines).toMatchObject([{ level: "error", fields: { err: { message: "out of luck" }, deaths: 1 } }]);
    expect(telemetry.show()).toContain("turnwise_judge_thread_deaths 1\n");
  });

  test("gives up on a thread that keeps dying", async () => {
    const { component, logger, spawned } = supervised(ready + dies);
    await component.start();
    await until(() => logger.lines.at(-1)?.message.includes("is not started again") === true);
    await sleep(100);
    expect(spawned()).toBe(7);
  });

  test("fails the start when the thread does not get ready", async () => {
    const { component, spawned } = supervised(`throw new Error("no such judge");`);
    await expect(component.start()).rejects.toMatchObject({
      code: "judge_thread_failed",
      message: "the judges cannot be started: no such judge",
    });
    await component.shutdown();
    expect(spawned()).toBe(1);
  });

  test("cuts a thread that does not stop, and says so", async () => {
    const { component, logger } = supervised(ready + stubborn);
    await component.start();
    await component.shutdown();
    expect(logger.lines).toMatchObject([{ level: "warn", message: "the judge thread did not stop in an orderly way" }]);
  });

  test("stops between two threads, and before its start", async () => {
    const { component, spawned } = supervised(ready + dies);
    await component.start();
    await until(() => spawned() === 4);
    await component.shutdown();
    const count = spawned();
    await sleep(200);
    expect(spawned()).toBe(count);
    await supervised(ready).component.shutdown();
  });
});
