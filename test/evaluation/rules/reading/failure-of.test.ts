import { describe, expect, it } from "vitest";
import { blamesCaller, failureOf } from "../../../../src/evaluation/rules/reading/failure-of.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

describe("failures", () => {
  const failed = (result: JsonValue) =>
    failureOf({ type: "tool_call", name: "t", arguments: {}, result }) !== undefined;

  it.each<[result: JsonValue, fails: boolean]>([
    ["Error: not found", true],
    ["ValueError: bad", true],
    ["Traceback (most recent call last):", true],
    ["{'error': 'invalid'}", true],
    ["404 Not Found", true],
    ["exitcode: 1 (execution failed)", true],
    [{ error: "x" }, true],
    [{ success: false }, true],
    [{ status: "failed" }, true],
    [{ exit_code: 2 }, true],
    ["exitcode: 0 (execution succeeded)\nError handling done", false],
    ["No errors found", false],
    ["404 results", false],
    [{ error: null, errors: [], status: "ok" }, false],
    [{ error_rate: 0.2 }, false],
    ["", false],
    [null, false],
    [0, false],
  ])("reads %j as a failure: %s", (result, fails) => {
    expect(failed(result)).toBe(fails);
  });

  it("believes the call's own error before its result", () => {
    expect(failureOf({ type: "tool_call", name: "t", arguments: {}, error: "timeout", result: "ok" })).toBe("timeout");
  });

  it.each([
    ["Error: number of passengers does not match", true],
    ["Error: missing required field", true],
    ["Error: order cannot be exchanged, it is already delivered", false],
    ["Error: service unavailable", false],
  ])("blames the caller for %j: %s", (failure, blames) => {
    expect(blamesCaller(failure)).toBe(blames);
  });
});
