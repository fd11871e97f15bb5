import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AskMetricModel } from "../../src/evaluation/item-metrics/item-metric.ts";
import type { RunWaiting } from "../../src/component/evaluation-runner.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createPatience, longestSilenceMs, RunFailedError } from "../../src/service/patient-ask.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const minute = 60_000;
const question = {
  system: "",
  user: "?",
  schema: z.number(),
  schemaName: "n",
  maxOutputTokens: 1,
  version: "1",
  nonce: "",
};

const busy = new JudgeError("provider_error", "503", { retryable: true });
const limited = new JudgeError("rate_limited", "429", { retryable: true, usesTry: false, retryAfterSeconds: 90 });
const wrongKey = new JudgeError("unauthorized", "401", { retryable: true, pausesJudge: true });
const refused = new JudgeError("refused", "it will not", { retryable: false });
const setAside = new JudgeError("budget_exhausted", "set aside", {
  retryable: true,
  usesTry: false,
  retryAfterSeconds: 10,
});
const spent = new JudgeError("budget_exhausted", "spent", {
  retryable: true,
  pausesJudge: true,
  retryAfterSeconds: 10 * 3600,
});

/**
 * A model that fails in these ways, one after the other, and then answers; on a clock that only waiting moves. Probes it answers, or
 * fails as ever.
 */
function patientWith(failures: readonly JudgeError[], { isOwnKey = false, answersProbes = false } = {}) {
  const clock = { now: 1_000_000_000 };
  const telemetry = createTelemetry();
  const pauses = createJudgePauses(recordingLogger(), telemetry, { now: () => clock.now });
  const waits: number[] = [];
  const told: (RunWaiting | undefined)[] = [];
  const probes: string[] = [];
  const patience = createPatience({
    judge: "llm",
    project: "p",
    isOwnKey,
    pauses,
    telemetry,
    onWaiting: (waiting) => void told.push(waiting),
    now: () => clock.now,
    async wait(ms, signal) {
      signal.throwIfAborted();
      if (ms > 0) waits.push(ms);
      clock.now += ms;
    },
  });
  let asked = 0;
  const ask: AskMetricModel = async ({ schema, schemaName, user }) => {
    if (schemaName === "probe") {
      probes.push(user);
      if (!answersProbes) throw busy;
      return { value: schema.parse({ ready: true }) };
    }
    const failure = failures[asked];
    asked += 1;
    clock.now += 1;
    if (failure instanceof JudgeError) throw failure;
    return { value: schema.parse(0.5) };
  };
  const { signal } = new AbortController();
  return { patient: patience(ask), patience, clock, waits, told, probes, telemetry, signal, asked: () => asked };
}

describe("asking with patience", () => {
  it("answers what the model answers", async () => {
    const { patient, signal, waits } = patientWith([]);
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(waits).toEqual([]);
  });

  it("waits as long as a rate limit says, however often, and fails nothing", async () => {
    const { patient, signal, waits, telemetry } = patientWith(Array.from({ length: 15 }, () => limited));
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(waits).toEqual(Array.from({ length: 15 }, () => 90_000));
    expect(telemetry.show()).toContain('turnwise_run_model_failures{code="rate_limited"} 15\n');
  });

  it("waits further and further apart, up to a minute, for a provider that fails", async () => {
    const { patient, signal, waits } = patientWith(Array.from({ length: 7 }, () => busy));
    await patient(question, signal);
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, minute, minute, minute]);
  });

  it("pauses for what needs somebody to act, twice as long each time, and goes on", async () => {
    const { patient, signal, waits } = patientWith([wrongKey, wrongKey, wrongKey]);
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(waits).toEqual([minute, 2 * minute, 4 * minute]);
  });

  it("waits for a budget as long as it takes, and does not count that as silence", async () => {
    const { patient, signal, waits } = patientWith([spent, setAside, busy, spent, busy]);
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(waits).toContain(10 * 3600 * 1000);
    expect(waits).toContain(10_000);
  });

  it("passes on at once what asking again cannot mend", async () => {
    const { patient, signal, waits, asked } = patientWith([refused]);
    await expect(patient(question, signal)).rejects.toBe(refused);
    expect([waits, asked()]).toEqual([[], 1]);
  });

  it("gives a question up after five tries when the model answers others meanwhile", async () => {
    const { patience, clock, signal } = patientWith([]);
    let tries = 0;
    const answers = patience(async ({ schema }) => ({ value: schema.parse(1) }));
    const poisoned = patience(async () => {
      tries += 1;
      clock.now += 1;
      await answers(question, signal);
      throw busy;
    });
    clock.now += 1;
    await expect(poisoned(question, signal)).rejects.toBe(busy);
    expect(tries).toBe(5);
  });

  it("gives a question up after five tries also when nothing else is asked, if the model answers something else", async () => {
    const { patient, signal, waits, probes } = patientWith(
      Array.from({ length: 1000 }, () => busy),
      { answersProbes: true },
    );
    await expect(patient(question, signal)).rejects.toBe(busy);
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000]);
    expect(probes).toHaveLength(1);
  });

  it("does not take items for silence that the model fails at one after the other", async () => {
    const { patience, signal, clock } = patientWith([]);
    const poisoned = patience(async ({ schema, schemaName }) => {
      clock.now += 1;
      if (schemaName === "probe") return { value: schema.parse({ ready: true }) };
      throw busy;
    });
    const begunAt = clock.now;
    while (clock.now < begunAt + 2 * longestSilenceMs) await expect(poisoned(question, signal)).rejects.toBe(busy);
  });

  it("asks something else with each further failure, never the same", async () => {
    const { patient, signal, probes } = patientWith(Array.from({ length: 9 }, () => busy));
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(new Set(probes).size).toBe(5);
  });

  it("asks nothing else while the model says when to ask again", async () => {
    const { patient, signal, probes } = patientWith(
      [...Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? limited : setAside)), busy, busy, busy, busy, limited],
      { answersProbes: true },
    );
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(probes).toEqual([]);
  });

  it("asks nothing else because of a rate limit after failures", async () => {
    const failures = [...Array.from({ length: 5 }, () => busy), limited, limited];
    const { patient, signal, probes } = patientWith(failures);
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(probes).toHaveLength(1);
  });

  it("waits for hours where a rate limit says so", async () => {
    const tomorrow = new JudgeError("rate_limited", "429", {
      retryable: true,
      usesTry: false,
      retryAfterSeconds: 3600,
    });
    const { patient, signal, waits } = patientWith([tomorrow, tomorrow, tomorrow]);
    expect(await patient(question, signal)).toEqual({ value: 0.5 });
    expect(waits).toEqual([3_600_000, 3_600_000, 3_600_000]);
  });

  it("tells why it waits and until when, and that it does not any more", async () => {
    const { patient, signal, told, clock } = patientWith([limited, wrongKey]);
    const begunAt = clock.now;
    await patient(question, signal);
    expect(told).toEqual([
      { code: "rate_limited", reason: "429", until: new Date(begunAt + 1 + 90_000) },
      { code: "unauthorized", reason: "401", until: new Date(begunAt + 2 + 90_000 + minute) },
      undefined,
    ]);
  });

  it("tells nothing of a wait while others are answered", async () => {
    const { patience, clock, signal, told } = patientWith([]);
    const answers = patience(async ({ schema }) => ({ value: schema.parse(1) }));
    let tries = 0;
    const late = patience(async ({ schema }) => {
      tries += 1;
      clock.now += 1;
      await answers(question, signal);
      if (tries === 1) throw busy;
      return { value: schema.parse(1) };
    });
    await late(question, signal);
    expect(told).toEqual([]);
  });

  it("ends the run when the model answers nobody for half an hour", async () => {
    const { patient, signal, waits } = patientWith(Array.from({ length: 1000 }, () => busy));
    await expect(patient(question, signal)).rejects.toThrow(
      new RunFailedError("the model answered nothing for 30 minutes; the last failure (provider_error): 503"),
    );
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(longestSilenceMs);
    expect(waited).toBeLessThan(longestSilenceMs + 2 * minute);
  });

  it("ends the run when a wrong key is not mended", async () => {
    const { patient, signal } = patientWith(Array.from({ length: 1000 }, () => wrongKey));
    await expect(patient(question, signal)).rejects.toBeInstanceOf(RunFailedError);
  });

  it("ends the run at once when the sender's own key is refused, and pauses nobody else", async () => {
    const { patient, signal, waits, telemetry } = patientWith([wrongKey], { isOwnKey: true });
    await expect(patient(question, signal)).rejects.toThrow(
      new RunFailedError("the model could not be asked with the key that was sent: 401"),
    );
    expect(waits).toEqual([]);
    expect(telemetry.show()).toContain("turnwise_judges_paused 0\n");
  });

  it("does not wait for the configured key's pauses with a key of the sender's own", async () => {
    const { clock, telemetry, signal } = patientWith([]);
    const pauses = createJudgePauses(recordingLogger(), telemetry, { now: () => clock.now });
    pauses.pause("llm", "p", wrongKey);
    const own = createPatience({ judge: "llm", project: "p", isOwnKey: true, pauses, telemetry });
    expect(await own(async ({ schema }) => ({ value: schema.parse(1) }))(question, signal)).toEqual({ value: 1 });
    expect(pauses.of("llm", "p")).toBeDefined();
  });

  it("rejects with the signal's reason while it waits", async () => {
    const stopped = new Error("stopped");
    const controller = new AbortController();
    const telemetry = createTelemetry();
    const patience = createPatience({
      judge: "llm",
      project: "p",
      isOwnKey: false,
      pauses: createJudgePauses(recordingLogger(), telemetry),
      telemetry,
    });
    const asking = patience(async () => {
      setTimeout(() => controller.abort(stopped), 10);
      throw limited;
    })(question, controller.signal);
    await expect(asking).rejects.toBe(stopped);
  });
});
