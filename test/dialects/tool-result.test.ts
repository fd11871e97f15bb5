import { describe, expect, it } from "vitest";
import { readToolResult } from "../../src/dialects/tool-result.ts";
import type { JsonValue } from "../../src/model/session.ts";

describe("a tool's result", () => {
  it.each<[JsonValue, JsonValue]>([
    ["fine", "fine"],
    ['{"ok":1}', { ok: 1 }],
    ['"\\"twice\\""', "twice"],
    [{ type: "json", value: { ok: 1 } }, { ok: 1 }],
    [{ type: "text", value: "fine" }, "fine"],
    [[{ type: "text", text: '{"ok":1}' }], { ok: 1 }],
    [
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      "a\nb",
    ],
    [[{ text: "fine" }], "fine"],
    [[{ json: { ok: 1 } }], { ok: 1 }],
    [{ type: "text", text: "fine" }, "fine"],
    [{ result: '{"ok":1}' }, { ok: 1 }],
    [{ result: "fine", is_error: false }, "fine"],
    [{ outputs: { ok: 1 } }, { ok: 1 }],
    [
      { result: 1, a: 2, b: 3 },
      { result: 1, a: 2, b: 3 },
    ],
    [
      [1, 2],
      [1, 2],
    ],
    [[{ text: "a", score: 1 }], [{ text: "a", score: 1 }]],
    [
      { error: null, ok: 1 },
      { error: null, ok: 1 },
    ],
    [
      { error: "", ok: 1 },
      { error: "", ok: 1 },
    ],
    ["No errors: all Error free", "No errors: all Error free"],
    [null, null],
  ])("%j is %j", (raw, content) => {
    expect(readToolResult(raw)).toEqual({ content });
  });

  it.each<[JsonValue, boolean, string]>([
    ["Error: no such order", false, "Error: no such order"],
    ["PaymentGatewayError: PG-504", false, "PaymentGatewayError: PG-504"],
    ["Error", false, "Error"],
    [{ error: "no such order" }, false, "no such order"],
    [{ error: { message: "no such order", code: 7 } }, false, "no such order"],
    [{ error: true, message: "no such order" }, false, "no such order"],
    [{ type: "error-text", value: "boom" }, false, "boom"],
    [{ type: "error-json", value: { message: "boom" } }, false, "boom"],
    ["boom", true, "boom"],
    ["", true, "error"],
    [{ code: 7 }, true, '{"code":7}'],
  ])("%j (failed: %j) is the error %s", (raw, failed, error) => {
    expect(readToolResult(raw, failed)).toEqual({ error });
  });

  it("is absent when it was withheld", () => {
    expect(readToolResult(undefined)).toEqual({});
    expect(readToolResult("__REDACTED__")).toEqual({});
    expect(readToolResult("__REDACTED__", true)).toEqual({ error: "error" });
  });
});
