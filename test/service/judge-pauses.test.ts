import { describe, expect, test } from "vitest";
import type { JudgePause } from "../../src/component/judge.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const wrongKey = new JudgeError("invalid_api_key", "401 from the endpoint", { retryable: false, pausesJudge: true });
const spentInProject = new JudgeError("budget_exhausted", "spent", {
  retryable: true,
  pausesJudge: true,
  onlyInProject: true,
  retryAfterSeconds: 3600,
});

function pausesAt(clock: { now: number }) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  return { logger, telemetry, pauses: createJudgePauses(logger, telemetry, { now: () => clock.now }) };
}

describe("pauses of judges", () => {
  test("last a minute, then twice as long each time, up to half an hour", () => {
    const clock = { now: 0 };
    const { pauses } = pausesAt(clock);
    const lengths = Array.from({ length: 8 }, () => {
      const { until } = pauses.pause("llm", "default", wrongKey);
      const length = until.getTime() - clock.now;
      clock.now = until.getTime();
      return length / 60_000;
    });
    expect(lengths).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  test("are at least as long as the error asks for", () => {
    const { pauses } = pausesAt({ now: 0 });
    const noCredit = new JudgeError("quota", "no credit", {
      retryable: false,
      pausesJudge: true,
      retryAfterSeconds: 600,
    });
    expect(pauses.pause("llm", "default", noCredit).until).toEqual(new Date(600_000));
  });

  test("count once for sessions that fail together, concern one judge, and end", () => {
    const clock = { now: 0 };
    const { pauses, telemetry } = pausesAt(clock);
    expect(pauses.of("llm", "default")).toBeUndefined();
    pauses.pause("llm", "default", wrongKey);
    pauses.pause("llm", "default", wrongKey);
    expect(pauses.of("llm", "default")).toMatchObject({
      until: new Date(60_000),
      code: "invalid_api_key",
      message: "401 from the endpoint",
    });
    expect(pauses.of("rules", "default")).toBeUndefined();
    expect(telemetry.show()).toContain("turnwise_judges_paused 1\n");
    clock.now = 60_000;
    expect(pauses.of("llm", "default")).toBeUndefined();
    expect(telemetry.show()).toContain("turnwise_judges_paused 0\n");
  });

  test("are told once, and their end too", () => {
    const clock = { now: 0 };
    const { pauses, logger } = pausesAt(clock);
    for (const _ of [1, 2, 3]) clock.now = pauses.pause("llm", "default", wrongKey).until.getTime();
    pauses.clear("llm", "default");
    pauses.clear("llm", "default");
    expect(logger.lines).toMatchObject([
      { level: "warn", fields: { judge: "llm", code: "invalid_api_key", reason: "401 from the endpoint" } },
      { level: "info", fields: { judge: "llm" } },
    ]);
    expect(pauses.pause("llm", "default", wrongKey).until.getTime() - clock.now).toBe(60_000);
  });

  test("of a project leave the others alone, and are told as such", () => {
    const clock = { now: 0 };
    const heard: (readonly JudgePause[])[] = [];
    const options = { now: () => clock.now, onChange: (pauses: readonly JudgePause[]) => void heard.push(pauses) };
    const telemetry = createTelemetry();
    const pauses = createJudgePauses(recordingLogger(), telemetry, options);
    pauses.pause("llm", "one", spentInProject);
    expect(pauses.of("llm", "one")).toMatchObject({ project: "one", until: new Date(3_600_000) });
    expect(pauses.of("llm", "two")).toBeUndefined();
    pauses.clear("llm", "two");
    expect(pauses.of("llm", "one")).toBeDefined();
    expect(telemetry.show()).toContain("turnwise_judges_paused 1\n");
    pauses.clear("llm", "one");
    expect(heard).toEqual([[expect.objectContaining({ judge: "llm", project: "one", code: "budget_exhausted" })], []]);
  });
});

describe("retries of judgements", () => {
  test("come five times at most, further and further apart", () => {
    const retries = createJudgeRetries(() => 0);
    const times = Array.from({ length: 6 }, () => retries.next("key", 0)?.getTime());
    expect(times).toEqual([5000, 10_000, 20_000, 40_000, undefined, undefined]);
    expect(retries.isGivenUp("key")).toBe(true);
    expect(retries.isGivenUp("other")).toBe(false);
  });

  test("wait as long as they are asked to", () => {
    expect(createJudgeRetries(() => 0).next("key", 90_000)).toEqual(new Date(90_000));
  });

  test("come as often as they must for what waits in line, less and less often, and use no try up", () => {
    const retries = createJudgeRetries(() => 0);
    const times = Array.from({ length: 20 }, () => retries.wait("key", 0).getTime());
    expect(times.slice(0, 3)).toEqual([5000, 10_000, 20_000]);
    expect(times.at(-1)).toBe(600_000);
    expect(retries.wait("key", 900_000)).toEqual(new Date(900_000));
    expect(retries.isGivenUp("key")).toBe(false);
    expect(retries.next("key", 0)).toEqual(new Date(5000));
  });

  test("do not come after giving up, until someone asks again", () => {
    const retries = createJudgeRetries(() => 0);
    retries.giveUp("key");
    expect(retries.isGivenUp("key")).toBe(true);
    retries.forget("key");
    expect(retries.isGivenUp("key")).toBe(false);
    expect(retries.next("key", 0)).toEqual(new Date(5000));
  });
});
