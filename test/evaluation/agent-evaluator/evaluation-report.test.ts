import { describe, expect, it } from "vitest";
import {
  buildReport,
  type EvaluatedCase,
  gateFailures,
  toReportJson,
  toReportText,
} from "../../../src/evaluation/index.ts";

function evaluated(
  caseId: string,
  scores: readonly number[] | undefined,
  more: Partial<EvaluatedCase> = {},
): EvaluatedCase {
  const [overall = 0, taskCompletion = overall, reasoning = overall, toolUse = overall] = scores ?? [];
  return {
    caseId,
    prompt: "test",
    stepsTaken: 2,
    latencyMs: 0.0234,
    ...(scores === undefined ? {} : { scores: { taskCompletion, reasoning, toolUse, overall } }),
    ...more,
  };
}

const run = { runId: "1a2b3c4d", timestamp: "2026-05-01T10:00:00.123Z" };
const said = (model: string) => ({ result: { output: "", toolCalls: [], reasoningTrace: [], model } });

describe("VD-13 a report", () => {
  it("counts what passed, from the threshold on", () => {
    const results = [evaluated("a", [1]), evaluated("b", [0]), evaluated("c", [0.7])];
    expect(buildReport(results, run)).toMatchObject({ totalCases: 3, passedCases: 2, passThreshold: 0.7, results });
  });

  it("has the mean of each score", () => {
    const report = buildReport([evaluated("a", [0.94, 1, 0.8, 1]), evaluated("b", [0.37, 0.5, 0.6, 0])], run);
    expect(report.meanTaskCompletion).toBeCloseTo(0.75, 9);
    expect(report.meanReasoning).toBeCloseTo(0.7, 9);
    expect(report.meanToolUse).toBeCloseTo(0.5, 9);
    expect(report.meanOverall).toBeCloseTo(0.655, 9);
  });

  it("counts what was not scored as 0, and never as passed", () => {
    const stopped = evaluated("b", undefined, { trip: { guard: "max_steps", reason: "step 51" } });
    expect(buildReport([evaluated("a", [1]), stopped], { ...run, passThreshold: 0 })).toMatchObject({
      totalCases: 2,
      passedCases: 1,
      meanOverall: 0.5,
    });
  });

  it("sums the costs that are known", () => {
    const results = [
      evaluated("a", [1], { costUsd: 0.1 }),
      evaluated("b", [1], { costUsd: 0.25 }),
      evaluated("c", [1]),
    ];
    expect(buildReport(results, run).totalCostUsd).toBeCloseTo(0.35, 9);
  });

  it("names each model once", () => {
    const results = ["gpt", "claude", "gpt"].map((model) => evaluated("a", [1], said(model)));
    expect(buildReport(results, run).model).toBe("gpt, claude");
    expect(buildReport([evaluated("a", [1])], run).model).toBe("unknown");
  });

  it("has zeros without cases", () => {
    expect(buildReport([], run)).toEqual({
      ...run,
      model: "unknown",
      passThreshold: 0.7,
      totalCases: 0,
      passedCases: 0,
      meanTaskCompletion: 0,
      meanReasoning: 0,
      meanToolUse: 0,
      meanOverall: 0,
      totalCostUsd: 0,
      results: [],
    });
  });
});

describe("VD-14 the report as text", () => {
  it("is eight lines", () => {
    const results = [evaluated("a", [0.9925, 1, 0.975, 1], { costUsd: 0.0014 }), evaluated("b", [0.5])];
    expect(toReportText(buildReport(results, run)).split("\n")).toEqual([
      "EvalReport [1a2b3c4d]  2026-05-01T10:00:00.123Z",
      "  Model          : unknown",
      "  Cases          : 2  (passed: 1, threshold: 0.7)",
      "  Task completion: 0.750",
      "  Reasoning      : 0.738", // 0.7375 is a little more in binary
      "  Tool use       : 0.750",
      "  Overall        : 0.746",
      "  Total cost     : $0.0014",
    ]);
  });

  it.each([
    [[1, 1, 1, 0.25], "0.812"],
    [[1, 1, 1, 0.75], "0.938"],
    [[0.0625], "0.062"],
    [[0.1875], "0.188"],
    [[1], "1.000"],
  ])("writes the mean of %j as %s, as Python does", (overall, written) => {
    const report = buildReport(
      overall.map((score) => evaluated("a", [score])),
      run,
    );
    expect(toReportText(report)).toContain(`  Overall        : ${written}\n`);
  });

  it("writes a whole threshold as Python does", () => {
    expect(toReportText(buildReport([], { ...run, passThreshold: 1 }))).toContain("threshold: 1.0)");
  });

  it("shows a model's name on one line, and nothing that a terminal obeys", () => {
    const report = buildReport([evaluated("a", [1], said("evil\u001b[2J\nmodel\u202e\u2028"))], run);
    expect(toReportText(report).split("\n")[1]).toBe("  Model          : evil[2Jmodel");
  });
});

describe("VD-15 the report as JSON", () => {
  it("has agent-evals' names", () => {
    const results = [
      evaluated("m1", [0.9925, 1, 0.975, 1], { costUsd: 0.001, ...said("m") }),
      evaluated("m2", undefined, { trip: { guard: "max_steps", reason: "step 51" }, latencyMs: 0.12345 }),
      evaluated("m3", undefined, { error: "Error: gone" }),
    ];
    const json = toReportJson(buildReport(results, run));
    expect(JSON.parse(JSON.stringify(json))).toEqual({
      run_id: "1a2b3c4d",
      timestamp: "2026-05-01T10:00:00.123Z",
      model: "m",
      aggregate: {
        total_cases: 3,
        passed_cases: 1,
        pass_threshold: 0.7,
        mean_task_completion: 1 / 3,
        mean_reasoning: 0.975 / 3,
        mean_tool_use: 1 / 3,
        mean_overall: 0.9925 / 3,
        total_cost_usd: 0.001,
      },
      results: [
        {
          case_id: "m1",
          task_completion_score: 1,
          reasoning_score: 0.975,
          tool_use_score: 1,
          overall_score: 0.9925,
          steps_taken: 2,
          estimated_cost_usd: 0.001,
          latency_ms: 0.02,
          stopped_by_guard: null,
          error: null,
        },
        { ...unscored("m2"), latency_ms: 0.12345, stopped_by_guard: "max_steps" },
        { ...unscored("m3"), latency_ms: 0.0234, error: "Error: gone" },
      ],
    });
  });

  const unscored = (case_id: string) => ({
    case_id,
    task_completion_score: 0,
    reasoning_score: 0,
    tool_use_score: 0,
    overall_score: 0,
    steps_taken: 2,
    estimated_cost_usd: 0,
    stopped_by_guard: null,
    error: null,
  });
});

describe("VD-17 the gate for CI", () => {
  const good = buildReport([evaluated("a", [0.9]), evaluated("b", [0.7])], run);
  const mixed = buildReport(
    [
      evaluated("a", [0.9, 0.9, 0.9, 0.5]),
      evaluated("b", [0.6]),
      evaluated("c", undefined, { trip: { guard: "loop_detected", reason: "an agent's words" } }),
      evaluated("d", undefined, { error: "Error: an agent's words" }),
    ],
    run,
  );

  it("opens when every case passed", () => {
    expect(gateFailures(good)).toEqual([]);
  });

  it("names every case that did not, in words of ours", () => {
    expect(gateFailures(mixed)).toEqual([
      "1 of 4 cases passed, and the share of them must be at least 1",
      "case b: its score is 0.6, below 0.7",
      "case c: stopped by the guard loop_detected",
      "case d: not scored, for there was an error",
    ]);
  });

  it("is content with a share of them", () => {
    expect(gateFailures(mixed, { passRate: 0.25 })).toEqual([]);
    expect(gateFailures(mixed, { passRate: 0.26 })).toHaveLength(4);
  });

  it("asks for means", () => {
    expect(gateFailures(good, { meanOverall: 0.8, meanToolUse: 0.8 })).toEqual([]);
    expect(gateFailures(good, { meanOverall: 0.81, meanTaskCompletion: 0.5, meanReasoning: 0.9 })).toEqual([
      "meanOverall is 0.800, and must be at least 0.81",
      "meanReasoning is 0.800, and must be at least 0.9",
    ]);
  });

  it("stays shut for a run without cases", () => {
    expect(gateFailures(buildReport([], run), { passRate: 0 })).toEqual(["no case was evaluated"]);
  });
});
