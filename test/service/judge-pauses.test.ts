import { describe, expect, test } from "vitest";
import { JudgeError } from "../../src/model/errors.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const wrongKey = new JudgeError("invalid_api_key", "401 from the endpoint", { retryable: false, pausesJudge: true });

function pausesAt(clock: { now: number }) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  return { logger, telemetry, pauses: createJudgePauses(logger, telemetry, () => clock.now) };
}

describe("pauses of judges", () => {
  test("last a minute, then twice as long each time, up to half an hour", () => {
    const clock = { now: 0 };
    const { pauses } = pausesAt(clock);
    const lengths = Array.from({ length: 8 }, () => {
      const { until } = pauses.pause("llm", wrongKey);
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
    expect(pauses.pause("llm", noCredit).until).toEqual(new Date(600_000));
  });

  test("count once for sessions that fail together, concern one judge, and end", () => {
    const clock = { now: 0 };
    const { pauses, telemetry } = pausesAt(clock);
    expect(pauses.of("llm")).toBeUndefined();
    pauses.pause("llm", wrongKey);
    pauses.pause("llm", wrongKey);
    expect(pauses.of("llm")).toMatchObject({
      until: new Date(60_000),
      code: "invalid_api_key",
      message: "401 from the endpoint",
    });
    expect(pauses.of("rules")).toBeUndefined();
    expect(telemetry.show()).toContain("turnwise_judges_paused 1\n");
    clock.now = 60_000;
    expect(pauses.of("llm")).toBeUndefined();
    expect(telemetry.show()).toContain("turnwise_judges_paused 0\n");
  });

  test("are told once, and their end too", () => {
    const clock = { now: 0 };
    const { pauses, logger } = pausesAt(clock);
    for (const _ of [1, 2, 3]) clock.now = pauses.pause("llm", wrongKey).until.getTime();
    pauses.clear("llm");
    pauses.clear("llm");
    expect(logger.lines).toMatchObject([
      { level: "warn", fields: { judge: "llm", code: "invalid_api_key", reason: "401 from the endpoint" } },
      { level: "info", fields: { judge: "llm" } },
    ]);
    expect(pauses.pause("llm", wrongKey).until.getTime() - clock.now).toBe(60_000);
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

  test("do not come after giving up, until someone asks again", () => {
    const retries = createJudgeRetries(() => 0);
    retries.giveUp("key");
    expect(retries.isGivenUp("key")).toBe(true);
    retries.forget("key");
    expect(retries.isGivenUp("key")).toBe(false);
    expect(retries.next("key", 0)).toEqual(new Date(5000));
  });
});
