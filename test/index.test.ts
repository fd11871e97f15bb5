import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as client from "@turnwise/client";
import { expect, it } from "vitest";
import * as turnwise from "../src/index.ts";

it("a program gets the client, what is evaluated of a session, and votes over trials of its own, and nothing else", () => {
  const own = [
    "EvaluationError",
    "parseGrade",
    "passAt",
    "passHat",
    "reduceScores",
    "trajectoryOf",
    "voteInRounds",
    "voteInWaves",
  ] satisfies (keyof typeof turnwise)[];
  expect(Object.keys(turnwise).toSorted()).toEqual([...Object.keys(client), ...own].toSorted());
});

const root = fileURLToPath(new URL("..", import.meta.url));

it("turnwise/vitest is what src/vitest.ts exports, and needs vitest of nobody who does not import it", () => {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    readonly exports: Record<string, unknown>;
    readonly peerDependenciesMeta: unknown;
  };
  expect(manifest.exports["./vitest"]).toEqual({ types: "./dist/vitest.d.ts", default: "./dist/vitest.js" });
  expect(existsSync(`${root}src/vitest.ts`)).toBe(true);
  expect(manifest.peerDependenciesMeta).toEqual({ vitest: { optional: true } });
});
