/** Against the published trace demo of Valiqor: its rules, and what it was seen to do. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { processorMs } from "../support/processor-ms.ts";

const rules = { blockedValues: [], allowedValues: [], blockedKeys: [], allTypes: false, maxDepth: 10 };
const preset = createRedactor({ ...rules, presets: ["valiqor"] });
const gone = "[REDACTED]";
const letters = (count: number): string => "a1B-".repeat(count).slice(0, count);

describe("VQ-23: the preset valiqor, in texts", () => {
  test.each([
    [`sk-${letters(20)}`, gone],
    [`see SK-${letters(20)} there`, `see ${gone} there`],
    [`api_key${letters(20)} api-key${letters(20)} APIKEY${letters(20)}`, `${gone} ${gone} ${gone}`],
    [`Authorization: Bearer ${letters(20)}`, `Authorization: ${gone}`],
    [`token=${letters(20)}`, gone],
    [`auth: ${letters(20)}`, gone],
    [`"jwt": "a.b_${letters(20)}"`, `"${gone}"`],
    ["password=hunter2, pwd: 123456", `${gone} ${gone}`],
    ["bob.oneil+x@mail.example.co.uk", gone],
    ["123-45-6789", gone],
    ["5551234567", gone],
    ["call (555) 123-4567, +1 555-123-4567 or 555 123 4567", `call ${gone}, ${gone} or ${gone}`],
    ["4111111111111112", gone],
    ["4111 1111-1111 1112", gone],
    ["v.5551234567", `v.${gone}`],
  ])("%s becomes %s", (text, redacted) => {
    expect(preset.text(text)).toBe(redacted);
  });

  test.each([
    "pwd=abc",
    `sk-${letters(19)}`,
    `auth=${letters(19)}`,
    `authorization: ${letters(30)}`,
    `secret=${letters(30)}`,
    "AKIAIOSFODNN7EXAMPLE",
    "DE89370400440532013000",
    "3782 822463 10005",
    "555123456",
    "55512345678",
    "order123-45-6789",
    "550e8400-e29b-41d4-a716-446655440000",
    "",
  ])("%j stays", (text) => {
    expect(preset.text(text)).toBe(text);
  });
});

describe("VQ-23: the preset valiqor, by keys", () => {
  test.each(
    "api_key apikey api-key secret secret_key secretkey password passwd pwd token access_token refresh_token auth_token private_key privatekey client_secret clientsecret bearer API_KEY Password".split(
      " ",
    ),
  )("what stands under %s goes, whatever it is", (key) => {
    for (const value of ["x", 5n, true, null, [1n], new Map([["a", "b"]])]) expect(preset.value(value, key)).toBe(gone);
    expect(preset.text(JSON.stringify({ a: [{ [key]: { b: 1 } }] }))).toBe(`{"a":[{"${key}":"${gone}"}]}`);
  });

  test.each(["authorization", "user_password", "db.password", "tokens", "jwt", "auth", "my secret"])(
    "what stands under %s stays",
    (key) => {
      expect(preset.value("hunter22", key)).toBe("hunter22");
      expect(preset.value(letters(30), key)).toBe(letters(30));
      const text = JSON.stringify({ [key]: letters(30) });
      expect(preset.text(text)).toBe(text);
    },
  );

  test("numbers, booleans and null stay", () => {
    const text = '{"phone":5551234567,"yes":true,"none":null,"card":[4111111111111111,1.50]}';
    expect(preset.text(text)).toBe(text);
    expect(preset.value([5551234567n, 4111111111111111n, 1.5, false, null])).toEqual([
      5551234567n,
      4111111111111111n,
      1.5,
      false,
      null,
    ]);
  });

  test("what lies deeper than ten levels becomes a mark", () => {
    const nested = (levels: number): string => '{"a":'.repeat(levels) + "{}" + "}".repeat(levels);
    expect(preset.text(nested(10))).toBe(nested(10));
    expect(preset.text(nested(11))).toBe(nested(10).replace("{}", '{"a":"[MAX_DEPTH]"}'));
  });
});

test("beside the other presets each looks for its own", () => {
  const all = createRedactor({ ...rules, presets: ["pii", "secrets", "valiqor"] });
  expect(all.text("AKIAIOSFODNN7EXAMPLE, v.5551234567")).toBe(`${gone}, v.${gone}`);
  expect(all.value("x", "db.password")).toBe(gone);
});

test("what is redacted again stays as it is", () => {
  const parts = [
    "a@b.example",
    `token=${letters(30)}`,
    "5551234567",
    '{"pwd":1}',
    '{"password": "x',
    "password: hunter2",
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string()), { maxLength: 6 }), (words) => {
      const once = preset.text(words.join(" "));
      expect(preset.text(once)).toBe(once);
    }),
  );
});

/** Far above what linear time takes, far below what any other does. Of processor time. */
const PATIENCE_MS = 3000;

test.each(["sk-", "a@a.", "password ", 'token"', "bearer  ", "1", "1-", "(123)", "+1 ", "123 456 ", "1234-"])(
  "a hostile megabyte of %j is redacted in time",
  (unit) => {
    const text = unit.repeat(Math.ceil(2 ** 20 / unit.length));
    expect(processorMs(() => void preset.text(text))).toBeLessThan(PATIENCE_MS);
  },
);
