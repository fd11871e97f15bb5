import { describe, expect, test } from "vitest";
import { StartError } from "../../src/model/errors.ts";
import { createLifecycle, type Part } from "../../src/service/lifecycle.ts";
import { recordingLogger } from "../support/recording-logger.ts";

/** Three parts that note what happens to them; one may fail to start or to shut down. */
function threeParts(
  events: string[],
  failing: { start?: string; shutdown?: string; slow?: Promise<void> } = {},
): Part[] {
  return ["a", "b", "c"].map((name) => ({
    name,
    component: {
      async start() {
        events.push(`start ${name}`);
        if (name === "b") await failing.slow;
        if (failing.start === name) throw new StartError("broken", `${name} is broken`, "mend it");
      },
      async shutdown() {
        events.push(`shutdown ${name}`);
        if (failing.shutdown === name) throw new Error(`${name} hangs`);
      },
    },
  }));
}

describe("a lifecycle", () => {
  test("starts in order and stops in reverse, once", async () => {
    const events: string[] = [];
    const lifecycle = createLifecycle(threeParts(events), recordingLogger());
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(events).toEqual(["start a", "start b", "start c", "shutdown c", "shutdown b", "shutdown a"]);
  });

  test("stops what had started when a part fails, and throws that part's error", async () => {
    const events: string[] = [];
    const lifecycle = createLifecycle(threeParts(events, { start: "b" }), recordingLogger());
    await expect(lifecycle.start()).rejects.toMatchObject({ code: "broken", remedy: "mend it" });
    expect(events).toEqual(["start a", "start b", "shutdown b", "shutdown a"]);
    await lifecycle.stop();
    expect(events).toHaveLength(4);
  });

  test("shuts the others down when one fails to, and says so", async () => {
    const events: string[] = [];
    const logger = recordingLogger();
    const lifecycle = createLifecycle(threeParts(events, { shutdown: "b" }), logger);
    await lifecycle.start();
    await lifecycle.stop();
    expect(events.slice(3)).toEqual(["shutdown c", "shutdown b", "shutdown a"]);
    expect(logger.lines).toMatchObject([{ level: "error", fields: { component: "b" } }]);
  });

  test("starts nothing more when it is stopped while starting", async () => {
    const events: string[] = [];
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const lifecycle = createLifecycle(threeParts(events, { slow }), recordingLogger());
    const starting = lifecycle.start();
    await new Promise(setImmediate);
    const stopping = lifecycle.stop();
    release();
    await Promise.all([starting, stopping]);
    expect(events).toEqual(["start a", "start b", "shutdown b", "shutdown a"]);
  });

  test("stops without having been started", async () => {
    const events: string[] = [];
    await createLifecycle(threeParts(events), recordingLogger()).stop();
    expect(events).toEqual([]);
  });
});
