/** The small readers at the edge: JSON in prose, Retry-After, base URLs, token estimates. */
import { describe, expect, it } from "vitest";
import { isForbiddenAddress, parseBaseUrl } from "../../src/llm/base-url.ts";
import { findJsonObjects } from "../../src/llm/json-text.ts";
import { retryAfterMs } from "../../src/llm/retry-after.ts";
import { estimateTokens } from "../../src/llm/tokens.ts";

describe("findJsonObjects", () => {
  const cases: [string, string, unknown[]][] = [
    ["the whole text", ' {"a":1} ', [{ a: 1 }]],
    ["nothing in prose", "no { braces } that parse", []],
    ["nothing in an array", "[1,2]", []],
    ["the last first", '{"a":1} then {"a":2}', [{ a: 2 }, { a: 1 }]],
    ["braces and quotes in strings", 'x {"a":"}\\"{"} y', [{ a: '}"{' }]],
    ["an object behind one that is broken", '{"a": oops} {"b":1}', [{ b: 1 }]],
    ["nothing in one that is cut", '{"a": {"b": "c', []],
    ["a fenced one", '```json\n{"a":1}\n```', [{ a: 1 }]],
    ["one after thinking", '<think>{"a":0}</think>{"a":1}', [{ a: 1 }, { a: 0 }]],
  ];
  for (const [what, text, expected] of cases) {
    it(`finds ${what}`, () => {
      expect(findJsonObjects(text)).toEqual(expected);
    });
  }

  it("does not pollute prototypes", () => {
    const [found] = findJsonObjects('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("gives up in time on a megabyte of braces", () => {
    const begun = performance.now();
    expect(findJsonObjects("{".repeat(1_000_000))).toEqual([]);
    expect(findJsonObjects('{"'.repeat(500_000))).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe("retryAfterMs", () => {
  const now = Date.UTC(2026, 0, 1);
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, 30_000],
    [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "999999999" }, 86_400_000],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after-ms": "x", "retry-after": "9" }, 9_000],
  ];
  for (const [headers, expected] of cases) {
    it(`reads ${JSON.stringify(headers)} as ${expected}`, () => {
      expect(retryAfterMs((name) => headers[name], now)).toBe(expected);
    });
  }
});

describe("parseBaseUrl", () => {
  const accepted: [string, string][] = [
    ["https://api.openai.com/v1", "https://api.openai.com/v1"],
    ["https://api.openai.com/v1/", "https://api.openai.com/v1"],
    ["http://localhost:11434/v1", "http://localhost:11434/v1"],
    ["http://[::1]:8000/v1", "http://[::1]:8000/v1"],
    ["http://10.0.0.7/v1", "http://10.0.0.7/v1"],
  ];
  for (const [text, expected] of accepted) {
    it(`takes ${text}`, () => expect(parseBaseUrl(text)).toBe(expected));
  }

  const refused = [
    "",
    "api.openai.com/v1",
    "file:///etc/passwd",
    "ftp://example.org/v1",
    "javascript:alert(1)",
    "https://user:hunter2@example.org/v1",
    "https://example.org/v1?key=hunter2",
    "https://example.org/v1#hunter2",
    "http://169.254.169.254/latest",
    "http://2852039166/latest",
    "http://[::ffff:169.254.169.254]/v1",
    "http://[fe80::1]/v1",
    "http://[fd00:ec2::254]/v1",
  ];
  for (const text of refused) {
    it(`refuses ${text === "" ? "nothing" : text}, without repeating it`, () => {
      expect(() => parseBaseUrl(text)).toThrow(/^base_url (?!.*hunter2)/);
    });
  }
});

describe("isForbiddenAddress", () => {
  it("knows link-local addresses from others", () => {
    expect(["169.254.1.1", "fe80::2", "::ffff:169.254.169.254"].map(isForbiddenAddress)).toEqual([true, true, true]);
    expect(["127.0.0.1", "::1", "192.168.0.1", "8.8.8.8", "example.org"].map(isForbiddenAddress)).not.toContain(true);
  });
});

describe("estimateTokens", () => {
  it("is a third of the bytes, so that Chinese counts about a token a character", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("four words of English")).toBe(7);
    expect(estimateTokens("四个汉字")).toBe(4);
  });
});
