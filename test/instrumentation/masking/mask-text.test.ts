import { describe, expect, it } from "vitest";
import type { Mask } from "../../../instrumentation/src/masking/mask.ts";
import { createMask } from "../../../instrumentation/src/masking/masks.ts";
import { maskText } from "../../../instrumentation/src/masking/mask-text.ts";
import { processorMs } from "../../support/processor-ms.ts";

const shout: Mask = (text) => text.toUpperCase();
const preset = (...names: string[]): Mask => createMask(names)!;
const messages = (content: unknown): string => JSON.stringify([{ role: "user", parts: [{ type: "text", content }] }]);

describe("a mask", () => {
  it.each([
    { name: "gets plain text as it is", text: "hello", expected: "HELLO" },
    {
      name: "gets the texts in JSON, and its keys",
      text: '{"a":["b",{"c":"d"}],"n":1,"t":true}',
      expected: '{"A":["B",{"C":"D"}],"N":1,"T":true}',
    },
    {
      name: "gets those of JSON in JSON",
      text: JSON.stringify({ arguments: '{"q":"x"}' }),
      expected: JSON.stringify({ ARGUMENTS: '{"Q":"X"}' }),
    },
    { name: "takes broken JSON as text", text: '{"a":', expected: '{"A":' },
    { name: "leaves JSON alone in which it changes nothing", text: '{ "A" : 1.50 }', expected: '{ "A" : 1.50 }' },
    { name: "is not fooled by a prototype's name", text: '{"__proto__":"x"}', expected: '{"__PROTO__":"X"}' },
  ])("$name", ({ text, expected }) => {
    expect(maskText(text, "gen_ai.input.messages", shout)).toBe(expected);
  });

  it("is told where a text stands", () => {
    const places: unknown[] = [];
    maskText('{"password":"x"}', "gen_ai.tool.call.arguments", (text, place) => {
      places.push([text, place]);
      return text;
    });
    const attribute = "gen_ai.tool.call.arguments";
    expect(places).toEqual([
      ["password", { attribute }],
      ["x", { attribute, member: "password" }],
    ]);
  });

  it("may not return anything else than a text", () => {
    const broken = (() => undefined) as unknown as Mask;
    expect(() => maskText("x", "a", broken)).toThrow(TypeError);
  });

  it("keeps conversations apart whose ids it takes out", () => {
    const [a, b] = ["+1 415 555 2671", "+1 415 555 2672"].map((id) =>
      maskText(id, "gen_ai.conversation.id", preset("pii")),
    );
    expect(a).toMatch(/^\[REDACTED [0-9a-f]{16}\]$/);
    expect(a).not.toBe(b);
    expect(maskText("conversation-7", "gen_ai.conversation.id", preset("pii"))).toBe("conversation-7");
  });
});

describe("the preset secrets", () => {
  it.each([
    ["my key is sk-proj-abcdefghijklmnopqrstuvwx, ok?", "my key is [REDACTED], ok?"],
    ["authorization: Bearer abcdefghijklmnopqrstuvwxyz==", "authorization: [REDACTED]"],
    ["password = hunter22", "[REDACTED]"],
    ["AKIAIOSFODNN7EXAMPLE", "[REDACTED]"],
    ["postgres://bob:s3cr3t@db/x", "postgres://[REDACTED]@db/x"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", "[REDACTED] after"],
    ["-----BEGIN PRIVATE KEY-----\ncut off", "[REDACTED]"],
    ['{"password":"x","user":"bob"}', '{"password":"[REDACTED]","user":"bob"}'],
    ["the token count is 5", "the token count is 5"],
  ])("%s", (text, expected) => {
    expect(maskText(text, "gen_ai.tool.call.arguments", preset("secrets"))).toBe(expected);
  });
});

describe("the preset pii", () => {
  it.each([
    ["write to ann.lee@example.co.uk now", "write to [REDACTED] now"],
    [`${"x".repeat(100)}@example.com`, /^x+\[REDACTED\]$/],
    ["call +49 30 901820 or (415) 555-2671", "call [REDACTED] or [REDACTED]"],
    ["SSN 078-05-1120", "SSN [REDACTED]"],
    ["card 4111 1111 1111 1111", "card [REDACTED]"],
    ["3782 822463 10005", "[REDACTED]"],
    ["pay DE89 3704 0044 0532 0130 00 BY NOON", "pay [REDACTED] BY NOON"],
    ['{"phone":4155552671}', '{"phone":"[REDACTED]"}'],
    ["order 12345, 3 of 10, at 1763790000000", "order 12345, 3 of 10, at 1763790000000"],
  ])("%s", (text, expected) => {
    expect(maskText(text, "gen_ai.input.messages", preset("pii"))).toMatch(
      typeof expected === "string" ? new RegExp(`^${expected.replaceAll(/[[\]()+]/g, "\\$&")}$`) : expected,
    );
  });

  it("takes no longer for texts made to take long", () => {
    const texts = [
      "a@".repeat(50_000),
      "1-".repeat(50_000),
      "+1 ".repeat(50_000),
      "A1B2".repeat(25_000),
      "-----BEGIN PRIVATE KEY-----".repeat(4000),
    ];
    const maskAll = (): void => {
      for (const text of texts) maskText(messages(text), "gen_ai.input.messages", preset("pii", "secrets"));
    };
    expect(processorMs(maskAll)).toBeLessThan(5000);
  });
});

it("is several in their order, and none without any", () => {
  const both = createMask([(text) => `${text}!`, shout, "secrets"]);
  expect(maskText("sk-proj-abcdefghijklmnopqrstuvwx", "a", both!)).toBe("[REDACTED]!");
  expect(createMask([])).toBeUndefined();
  expect(() => createMask(["everything"])).toThrow('no masking preset "everything", there are pii, secrets');
});
