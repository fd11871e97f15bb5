import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as api from "../../instrumentation/src/index.ts";
import { capturesContent } from "../../instrumentation/src/options.ts";
import { version } from "../../instrumentation/src/version.ts";

it("exports exactly this", () => {
  expect(Object.keys(api).sort()).toEqual([
    "endSession",
    "flush",
    "flushAfter",
    "instrument",
    "instrumentModules",
    "shutdown",
    "startTurn",
    "tool",
    "turnwiseSpanProcessor",
    "withAgent",
    "withGuards",
    "withSession",
    "withUser",
  ]);
});

it("knows its version", () => {
  const manifest = readFileSync(new URL("../../instrumentation/package.json", import.meta.url), "utf8");
  expect(JSON.parse(manifest)).toMatchObject({ version });
});

describe("without instrument or register", () => {
  it("does nothing but call what it is given", async () => {
    const add = api.tool("add", (a: number, b: number) => a + b);
    expect(api.withSession("s", () => api.withUser("u", () => api.withAgent("a", () => add(1, 2))))).toBe(3);
    await api.flush();
    await api.shutdown();
  });
});

describe("types", () => {
  it("stay those of the wrapped function", () => {
    const find = async (query: { id: string }, limit?: number): Promise<readonly string[]> => [query.id, String(limit)];
    expectTypeOf(api.tool("find", find)).toEqualTypeOf(find);
    const generic: string = api.tool("same", <T>(value: T): T => value)("text");
    expect(generic).toBe("text");
    expectTypeOf(api.withSession("s", () => 1)).toEqualTypeOf<number>();
    expectTypeOf(api.withAgent("a", async () => "x")).toEqualTypeOf<Promise<string>>();
    // @ts-expect-error a tool is a function
    expect(() => api.tool("nothing", undefined)).toThrow(TypeError);
  });
});

describe("content is recorded", () => {
  const standard = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
  it.each([
    { option: undefined, env: {}, expected: true },
    { option: undefined, env: { [standard]: "true" }, expected: true },
    { option: undefined, env: { [standard]: "SPAN_AND_EVENT" }, expected: true },
    { option: undefined, env: { [standard]: "False" }, expected: false },
    { option: undefined, env: { [standard]: "NO_CONTENT" }, expected: false },
    { option: undefined, env: { [standard]: "event_only" }, expected: false },
    { option: undefined, env: { [standard]: "false", TURNWISE_CAPTURE_CONTENT: "true" }, expected: true },
    { option: undefined, env: { TURNWISE_CAPTURE_CONTENT: "0" }, expected: false },
    { option: true, env: { TURNWISE_CAPTURE_CONTENT: "false" }, expected: true },
    { option: false, env: {}, expected: false },
  ])("$expected for $option, $env", ({ option, env, expected }) => {
    expect(capturesContent(option, env)).toBe(expected);
  });
});
