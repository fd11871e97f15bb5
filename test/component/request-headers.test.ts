import { describe, expect, test } from "vitest";
import { headersOf } from "../../src/component/request-headers.ts";

describe("the headers of a request", () => {
  test.each<[string, readonly string[], Record<string, string | string[]>]>([
    ["none", [], {}],
    ["one of each", ["Host", "x", "X-Api-Key", "k"], { host: "x", "x-api-key": "k" }],
    [
      "several of one",
      ["Authorization", "a", "authorization", "b", "AUTHORIZATION", "a"],
      { authorization: ["a", "b", "a"] },
    ],
    ["an empty one beside another", ["Authorization", "", "Authorization", "b"], { authorization: ["", "b"] }],
  ])("%s", (_what, raw, headers) => {
    expect(headersOf(raw)).toEqual(headers);
  });

  test("may have the names of what every object has", () => {
    const headers = headersOf(["__proto__", "a", "__proto__", "b", "constructor", "c"]);
    expect(Object.entries(headers)).toEqual([
      ["__proto__", ["a", "b"]],
      ["constructor", "c"],
    ]);
    expect(Object.getPrototypeOf({})).not.toHaveProperty("0");
  });
});
