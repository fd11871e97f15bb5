/** A run as JUnit XML, which CI systems show: a test case for each case. Source: https://github.com/testmoapp/junitxml. */
import { escapeXml } from "../escape-xml.ts";
import { type CaseResult, firstFailure, reasonsOf, type RunResult, type TrialResult } from "./trial-result.ts";

export function toJunitReport({ name, startedAt, durationMs, cases }: RunResult): string {
  const failing = cases.filter(({ passed }) => !passed);
  const errors = failing.filter(isError).length;
  const counts = attributes({
    name,
    tests: cases.length,
    failures: failing.length - errors,
    errors,
    time: seconds(durationMs),
  });
  const suite = `  <testsuite ${counts}${attributes({ timestamp: startedAt.toISOString() }, " ")}>`;
  const tests = cases.map((each) => testCase(name, each));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    suite,
    ...tests,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** JUnit tells what could not be tested from what failed its test. */
const isError = (result: CaseResult): boolean => !result.passed && firstFailure(result)?.status === "error";

function testCase(suite: string, result: CaseResult): string {
  const time = seconds(result.trials.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const opening = `    <testcase ${attributes({ classname: suite, name: result.id, time })}`;
  const failure = result.passed ? undefined : firstFailure(result);
  if (failure === undefined) return `${opening}/>`;
  return [`${opening}>`, failureElement(failure), ...outputElement(failure), "    </testcase>"].join("\n");
}

function failureElement(failure: TrialResult): string {
  const { status, error, trip, trial } = failure;
  const [message = status, ...others] = reasonsOf(failure);
  const element = status === "error" ? "error" : "failure";
  const type = error?.code ?? trip?.guard ?? status;
  const text = [`trial ${trial}: ${message}`, ...others].join("\n");
  return `      <${element} ${attributes({ type, message })}>${escapeXml(text)}</${element}>`;
}

/** What the agent answered last. */
function outputElement({ turns }: TrialResult): readonly string[] {
  const output = turns.at(-1)?.output;
  return output === undefined ? [] : [`      <system-out>${escapeXml(output)}</system-out>`];
}

function attributes(values: Readonly<Record<string, string | number>>, before = ""): string {
  const written = Object.entries(values).map(([key, value]) => `${key}="${escapeXml(String(value))}"`);
  return `${before}${written.join(" ")}`;
}

const seconds = (durationMs: number): string => (durationMs / 1000).toFixed(3);
