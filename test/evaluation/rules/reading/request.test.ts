import { describe, expect, it } from "vitest";
import { readRequest } from "../../../../src/evaluation/rules/reading/request.ts";

const numbersIn = (text: string) => [...readRequest(text).numbers].map((key) => Number(key.slice(1)));

describe("readRequest", () => {
  it.each([
    ["Factorial of 5,10 and 15.", [5, 10, 15]],
    ["Lend me $1,200.50 at 4 %", [1200.5, 4]],
    ["Room A12, case CA123, 3x^2, x^2, flight #W77", []],
    ["At 6:30 or at 7 pm on 2024-05-17", [2024]],
    ["1. sugar\n2. flour\n 3. 250 g", [250]],
    ["One or 1 or 0", []],
  ])("reads the numbers of %j", (text, expected) => {
    expect(numbersIn(text)).toEqual(expected);
  });

  it("reads names inside sentences, but neither first words nor months", () => {
    const { names } = readRequest("Anna lives in New York. Write to Bob in May, on a Monday.");
    expect([...names]).toEqual(["new york", "bob"]);
  });

  it("counts what was told, and says whether a time was", () => {
    expect(readRequest("What is the weather like")).toMatchObject({ told: 0, quantities: 0, tellsTime: false });
    expect(readRequest("Book 'the inn' for two, room_12, tomorrow")).toMatchObject({
      told: 2,
      quantities: 1,
      tellsTime: true,
    });
  });

  it("reads a hostile message in bounded time", () => {
    for (const piece of ["'", "1,", "a_", "A a ", "\n1", '"x'] as const) {
      const started = performance.now();
      readRequest(piece.repeat(200_000));
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});
