import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import * as evaluation from "../../src/evaluation/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("turnwise/evaluation is what src/evaluation/index.ts exports", () => {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    exports: Record<string, Record<string, string>>;
  };
  const files = Object.values(exports["./evaluation"] ?? {});
  expect(files).toEqual(["./dist/evaluation/index.d.ts", "./dist/evaluation/index.js"]);
  const sources = files.map((file) => file.replace("./dist/", "src/").replace(/(?:\.d\.ts|\.js)$/, ".ts"));
  expect(sources.filter((source) => !existsSync(`${root}${source}`))).toEqual([]);
});

it("a program gets the evaluator, its report, the guards and the votes", () => {
  const wanted = [
    "AgentEvaluator",
    "EvaluationError",
    "GuardError",
    "analyseFailures",
    "buildReport",
    "compareEvaluationRuns",
    "composite",
    "costCeilingUsd",
    "defaultGuards",
    "defineGuard",
    "gateFailures",
    "gradeOf",
    "isGuardError",
    "isPassed",
    "itemsOfSession",
    "loop",
    "maxSteps",
    "metricOf",
    "parseGrade",
    "passAt",
    "passHat",
    "reduceScores",
    "resultOfSession",
    "runPromptCase",
    "scoreItem",
    "scoreResult",
    "summariseSafety",
    "toReportJson",
    "toReportText",
    "voteInRounds",
    "voteInWaves",
  ] satisfies (keyof typeof evaluation)[];
  const functions = Object.entries(evaluation).flatMap(([name, value]) => (typeof value === "function" ? name : []));
  expect(wanted.filter((name) => !functions.includes(name))).toEqual([]);
});
