import { describe, expect, it } from "vitest";
import { shorten } from "../../instrumentation/src/shorten.ts";

const message = (role: string, content: string): { role: string; parts: { type: string; content: string }[] } => ({
  role,
  parts: [{ type: "text", content }],
});
const history = [
  message("system", "be brief"),
  ...Array.from({ length: 100 }, (_, at) => message(at % 2 ? "assistant" : "user", `${at} ${"x".repeat(50)}`)),
];

describe("a text that is too long", () => {
  it.each([
    { name: "is cut", text: "x".repeat(50), limit: 20, expected: `${"x".repeat(14)} [...]` },
    { name: "not when it just fits", text: "x".repeat(20), limit: 20, expected: "x".repeat(20) },
    {
      name: "never within a character",
      text: "x".repeat(13) + "😀".repeat(9),
      limit: 20,
      expected: `${"x".repeat(13)} [...]`,
    },
    {
      name: "is cut like text when it is broken JSON",
      text: `[${"x".repeat(50)}`,
      limit: 20,
      expected: `[${"x".repeat(13)} [...]`,
    },
  ])("$name", ({ text, limit, expected }) => {
    expect(shorten(text, limit)).toBe(expected);
  });
});

describe("a list of messages that is too long", () => {
  it("keeps the instructions and the newest messages, whole", () => {
    const text = shorten(JSON.stringify(history), 2000);
    const kept: unknown = JSON.parse(text);
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text.length).toBeGreaterThan(1800);
    expect(kept).toEqual([history[0], ...history.slice(-(Array.isArray(kept) ? kept.length - 1 : 0))]);
  });

  it("keeps the newest message even if it does not fit, with its texts cut", () => {
    const text = shorten(JSON.stringify([...history, message("user", "y".repeat(5000))]), 1000);
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(JSON.parse(text)).toMatchObject([{ role: "system" }, { role: "user" }]);
    expect(text).toMatch(/y{100,} \[\.\.\.\]"/);
  });

  it("is only instructions, if that is what it is", () => {
    const text = shorten(JSON.stringify([message("system", "z".repeat(5000))]), 500);
    expect(text.length).toBeLessThanOrEqual(500);
    expect(JSON.parse(text)).toHaveLength(1);
  });
});

it("keeps other JSON JSON, its short texts as they are", () => {
  const result = { id: "call-1", rows: ["a".repeat(400), "b".repeat(400)], count: 2 };
  const text = shorten(JSON.stringify(result), 500);
  expect(text.length).toBeLessThanOrEqual(500);
  expect(JSON.parse(text)).toMatchObject({ id: "call-1", count: 2 });
  expect(text).toMatch(/a{50,} \[\.\.\.\]","b{50,} \[\.\.\.\]"/);
});
