import * as client from "@turnwise/client";
import { expect, it } from "vitest";
import * as turnwise from "../src/index.ts";

it("a program gets the client, and votes over trials of its own, and nothing else", () => {
  const own = [
    "EvaluationError",
    "parseGrade",
    "passAt",
    "passHat",
    "reduceScores",
    "voteInRounds",
    "voteInWaves",
  ] satisfies (keyof typeof turnwise)[];
  expect(Object.keys(turnwise).toSorted()).toEqual([...Object.keys(client), ...own].toSorted());
});
