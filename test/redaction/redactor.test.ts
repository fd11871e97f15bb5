import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { AttributeValue } from "../../src/model/span.ts";
import type { RedactionRules } from "../../src/redaction/redaction-rules.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { processorMs } from "../support/processor-ms.ts";

const noRules: RedactionRules = {
  presets: [],
  blockedValues: [],
  allowedValues: [],
  blockedKeys: [],
  allTypes: false,
  maxDepth: Infinity,
};
const jsonText = z.string().transform((text): unknown => JSON.parse(text));
const patterns = (...sources: string[]) => sources.map((source) => RE2JS.compile(source));
const redactorWith = (rules: Partial<RedactionRules>) => createRedactor({ ...noRules, ...rules });
const preset = redactorWith({ presets: ["pii", "secrets"], maxDepth: 10 });
const gone = "[REDACTED]";
const letters = (count: number): string => "a1B-".repeat(count).slice(0, count);

describe("the presets", () => {
  /** The rules of Valiqor's trace demo and its vectors. */
  test.each([
    [`sk-${letters(20)}`, gone],
    [`SK-${letters(20)}`, gone],
    [`sk-${letters(19)}`, `sk-${letters(19)}`],
    [`api_key${letters(20)} api-key${letters(20)} APIKEY${letters(20)}`, `${gone} ${gone} ${gone}`],
    [`Authorization: Bearer ${letters(20)}`, `Authorization: ${gone}`],
    [`token=${letters(20)}`, gone],
    [`"jwt": "${letters(20)}"`, `"${gone}"`],
    [`auth=${letters(19)}`, `auth=${letters(19)}`],
    ["password: hunter2", gone],
    ["passwd='hunter2'", gone],
    ["pwd=abc", "pwd=abc"],
    ["write to bob.o'neil+x@mail.example.co.uk.", `write to ${gone}.`],
    ["123-45-6789", gone],
    ["1234567890123456", gone],
    ["1234 5678-9012 3456", gone],
    ["5551234567", gone],
    ["(555) 123-4567, +1 555 123 4567, 1-555-123-4567", `${gone}, ${gone}, ${gone}`],
  ])("%s becomes %s", (text, redacted) => {
    expect(preset.text(text)).toBe(redacted);
  });

  test.each([
    ["an AWS key", "AKIAIOSFODNN7EXAMPLE"],
    ["a GitHub token", `ghp_${"a1".repeat(18)}`],
    ["a fine-grained GitHub token", `github_pat_${"a1".repeat(15)}`],
    ["a GitLab token", "glpat-abcdefghijklmnopqrst"],
    ["a Slack token", "xoxb-123456789012-abcdefabcdef"],
    ["a Google key", `AIza${"a".repeat(35)}`],
    ["a Stripe key", "sk_live_abcdefghijklmnop"],
    ["a Hugging Face token", `hf_${"a".repeat(34)}`],
    ["an npm token", `npm_${"a".repeat(36)}`],
    [
      "a JSON Web Token",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ],
    ["a card with its check digit", "4012888888881881"],
    ["a card of 15 digits", "3782 822463 10005"],
    ["an IBAN", "DE89 3704 0044 0532 0130 00"],
    ["an international number", "+49 30 901820"],
    ["base64 that hides a key", Buffer.from(`the key is sk-${letters(24)} ok`).toString("base64")],
    ["base64url that hides an address", Buffer.from("mail me ??>> alice@example.com").toString("base64url")],
  ])("%s goes, what stands around it stays", (_, secret) => {
    expect(preset.text(`see ${secret} there`)).toBe(`see ${gone} there`);
  });

  test("a private key goes as a whole, and to the end of the text when its own end is missing", () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";
    expect(preset.text(`a ${key} b ${key} c`)).toBe(`a ${gone} b ${gone} c`);
    expect(preset.text(`a ${key.slice(0, 40)}`)).toBe(`a ${gone}`);
  });

  test("of a URL only name and password go", () => {
    expect(preset.text("postgres://bob:s3cret@db/x")).toBe(`postgres://${gone}@db/x`);
  });

  test.each([
    "The order 12345 was shipped on 2026-11-22 at 03:19:32.",
    "550e8400-e29b-41d4-a716-446655440000",
    "0af7651916cd43dd8448eb211c80319c",
    "1700000000000",
    "version 1.2.3.4",
    "DE12 3456 is no bank account",
    "call_abcdefghijklmnopqrstuv",
    "task-list for the skating club",
    "",
  ])("%j stays", (text) => {
    expect(preset.text(text)).toBe(text);
  });

  test("only those that are asked for are looked for", () => {
    const text = `bob@example.com sk-${letters(20)}`;
    expect(redactorWith({ presets: ["pii"] }).text(text)).toBe(`${gone} sk-${letters(20)}`);
    expect(redactorWith({ presets: ["secrets"] }).text(text)).toBe(`bob@example.com ${gone}`);
  });
});

describe("keys", () => {
  test.each([
    "api_key",
    "apikey",
    "API-KEY",
    "secret",
    "secret_key",
    "secretkey",
    "password",
    "passwd",
    "pwd",
    "token",
    "access_token",
    "refresh_token",
    "auth_token",
    "private_key",
    "privatekey",
    "client_secret",
    "clientsecret",
    "bearer",
    "db.password",
  ])("what stands under %s goes, whatever it is", (key) => {
    for (const value of ["x", 5n, true, null, [1n], new Map([["a", "b"]])]) expect(preset.value(value, key)).toBe(gone);
    expect(JSON.parse(preset.text(JSON.stringify({ [key]: { a: [1, "}"] }, b: 1 })))).toEqual({ [key]: gone, b: 1 });
  });

  test.each([
    ["authorization", "Basic abc"],
    ["gen_ai.usage.input_tokens", "12"],
    ["tokens", "a b"],
    ["user_password", "short"],
  ])("what stands under %s stays", (key, value) => {
    expect(preset.value(value, key)).toBe(value);
  });

  test("a key that ends in a name of secrets makes a text that looks like one go", () => {
    expect(preset.value("hunter22", "user_password")).toBe(gone);
    expect(preset.text('{"sessionToken":"abcdefghij0123456789"}')).toBe(`{"sessionToken":"${gone}"}`);
  });

  test("that are secrets themselves go, and their values stay apart", () => {
    const before = new Map([
      ["bob@example.com", 1n],
      ["eve@example.com", 2n],
      ["__proto__", 3n],
    ]);
    const after = preset.value(before);
    expect(after).toEqual(
      new Map([
        [gone, 1n],
        [`${gone} 1`, 2n],
        ["__proto__", 3n],
      ]),
    );
  });

  test("patterns block what stands under them at any depth, also in text that is not JSON", () => {
    const redactor = redactorWith({ blockedKeys: patterns("(?i)^x-.*") });
    expect(redactor.value("v", "X-Mine")).toBe("****");
    expect(redactor.text('{"a":[{"x-b":{"c":1}}],"y":"x-b"}')).toBe('{"a":[{"x-b":"****"}],"y":"x-b"}');
    expect(redactor.text('said {"x-b": "cut o')).toBe('said {"x-b": ****');
    expect(redactor.text(`said {'x-b': {"c": "}"}, 'y': 1}`)).toBe("said {'x-b': ****, 'y': 1}");
  });

  test("the id of a conversation becomes another id, because otherwise all of them would be one conversation", () => {
    const [one, other] = [preset.value("+1 555 123 4567", "session.id"), preset.value("5551234568", "session.id")];
    expect(one).toMatch(/^\[REDACTED [0-9a-f]{16}\]$/);
    expect(other).not.toBe(one);
    expect(preset.value("+1 555 123 4567", "gen_ai.conversation.id")).toBe(one);
    expect(preset.value("conversation-7", "session.id")).toBe("conversation-7");
    const keyed = redactorWith({ presets: ["pii"], hash: { function: "hmac-sha256", key: "k" } });
    expect(keyed.value("5551234567", "thread_id")).not.toBe(preset.value("5551234567", "thread_id"));
  });
});

describe("patterns of a user", () => {
  test("mask what they match with the collector's mask", () => {
    const redactor = redactorWith({ blockedValues: patterns("4[0-9]{12}(?:[0-9]{3})?", "(5[1-5][0-9]{14})") });
    expect(redactor.text("a 4111111111111111 b 5105105105105100 c")).toBe("a **** b **** c");
    expect(redactor.value(4111111111111111n)).toBe(4111111111111111n);
  });

  test("look at numbers and booleans only when all types are asked for", () => {
    const redactor = redactorWith({ blockedValues: patterns("^4111", "true"), allTypes: true });
    expect(redactor.value([4111111n, 4111.5, true, 5n])).toEqual(["****111", "****.5", "****", 5n]);
    expect(redactor.text('{"a":4111111,"b":[5,true]}')).toBe('{"a":"****111","b":[5,"****"]}');
  });

  test("what is allowed stays, the rest of the text goes all the same", () => {
    const redactor = redactorWith({
      blockedValues: patterns("\\w+@\\w+\\.com"),
      allowedValues: patterns("\\w+@mine\\.com"),
    });
    expect(redactor.text("bob@mine.com eve@other.com")).toBe("bob@mine.com ****");
    expect(redactorWith({ blockedKeys: patterns("k"), allowedValues: patterns("^ok$") }).value("ok", "k")).toBe("ok");
  });

  test("overlapping matches are masked once", () => {
    const redactor = redactorWith({ presets: ["pii"], blockedValues: patterns("example\\.com now") });
    expect(redactor.text("bob@example.com now!")).toBe(`${gone}!`);
  });

  test.each([
    ["md5", "900150983cd24fb0d6963f7d28e17f72"],
    ["sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["sha3", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"],
    ["hmac-sha256", createHmac("sha256", "key").update("abc").digest("hex")],
    ["hmac-sha512", createHmac("sha512", "key").update("abc").digest("hex")],
  ] as const)("can be replaced by their %s", (name, digest) => {
    const redactor = redactorWith({ blockedValues: patterns("abc"), hash: { function: name, key: "key" } });
    expect(redactor.text("x abc y")).toBe(`x ${digest} y`);
  });
});

describe("JSON in a text", () => {
  test("stays JSON, and keeps what is not redacted as it was written", () => {
    const text = ' {"n": 12345678901234567890, "e": 1.50e+2, "u": "\\u00e9", "m": "to bob@example.com\\n", "u": 1 }\n';
    expect(preset.text(text)).toBe(text.replace("bob@example.com", gone));
  });

  test("is redacted in JSON in JSON too", () => {
    const inner = JSON.stringify({ api_key: 'a"b\\', list: ["bob@example.com"] });
    const text = JSON.stringify([{ arguments: inner, result: JSON.stringify(inner) }]);
    const redacted = z
      .tuple([z.object({ arguments: jsonText, result: jsonText.pipe(jsonText) })])
      .parse(JSON.parse(preset.text(text)));
    const expected = { api_key: gone, list: [gone] };
    expect(redacted).toEqual([{ arguments: expected, result: expected }]);
  });

  test("deeper than ten levels becomes a mark, in text as in values", () => {
    const nested = (levels: number): string => '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
    expect(preset.text(nested(11))).toBe(nested(11));
    expect(preset.text(nested(12))).toBe(nested(11).replace("1", '"[MAX_DEPTH]"'));
    const list = (levels: number): AttributeValue => (levels === 0 ? "x" : [list(levels - 1)]);
    expect(preset.value(list(11))).toEqual(list(11));
    expect(JSON.stringify(preset.value(list(12)))).toBe(JSON.stringify(list(11)).replace("x", "[MAX_DEPTH]"));
    expect(redactorWith({ presets: ["pii"] }).text(nested(64))).toBe(nested(64));
  });

  test("of any kind says the same afterwards when there is nothing to redact", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 1, 2), (json, spaces) => {
        const text = JSON.stringify(JSON.parse(json), undefined, spaces);
        expect(redactorWith({ blockedKeys: patterns("never there") }).text(text)).toBe(text);
      }),
    );
  });

  test("of any kind stays JSON, and no secret stays in it", () => {
    const secret = `sk-${letters(24)}`;
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.string(), (json, around) => {
        const value: unknown = JSON.parse(json);
        const text = JSON.stringify({
          a: [value, { [around]: `${around} ${secret}` }],
          token: value,
          [secret]: around,
        });
        const redacted = preset.text(text);
        expect(() => void JSON.parse(redacted)).not.toThrow();
        expect(redacted).not.toContain(secret);
      }),
    );
  });
});

describe("values", () => {
  test("without anything to redact are the very same", () => {
    const value = new Map<string, AttributeValue>([
      ["a", ["b", 1n, null, new Uint8Array([1])]],
      ["c", new Map()],
    ]);
    expect(preset.value(value)).toBe(value);
  });

  test("are redacted in lists, maps and bytes", () => {
    const before = new Map<string, AttributeValue>([
      ["a", ["x", new Map([["b", "bob@example.com"]])]],
      ["c", Buffer.from("\xff\x00bob@example.com\x00\xfe", "latin1")],
      ["d", 1.5],
    ]);
    expect(preset.value(before)).toEqual(
      new Map<string, AttributeValue>([
        ["a", ["x", new Map([["b", gone]])]],
        ["c", new Uint8Array(Buffer.from(`\xff\x00${gone}\x00\xfe`, "latin1"))],
        ["d", 1.5],
      ]),
    );
  });

  test("are redacted once: again changes nothing", () => {
    const parts = [
      "bob@example.com",
      `token=${letters(30)}`,
      "555 123 4567",
      '{"pwd":1}',
      "plain",
      "password: hunter2",
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string()), { maxLength: 6 }), (words) => {
        const once = preset.text(words.join(" "));
        expect(preset.text(once)).toBe(once);
      }),
    );
  });
});

/** Far above what it takes (some 100 ms), far below what anything but linear time takes (minutes). Of processor time. */
const PATIENCE_MS = 3000;

const mebibyte = 2 ** 20;

describe("a hostile megabyte is redacted in time", () => {
  const filled = (unit: string): string => unit.repeat(Math.ceil(mebibyte / unit.length));
  test.each([
    "a",
    "1",
    "1-",
    "a@",
    "a@a.",
    "sk-",
    "eyJ",
    "eyJaaaaaaaa.",
    "://a:",
    "password ",
    'token"',
    "AA11 ",
    "+1",
    "(123)",
    "_-/",
    "-----BEGIN PRIVATE KEY----- ",
    "QUFBQUFBQUFBQUFBQUFBQUFB ",
    "[",
    '{"a":',
    '"',
    "\\",
    '"password": {',
    "'a':'",
    "bob@example.com ",
    "\u0000",
    "\ud800",
  ])("%j over and over", (unit) => {
    const text = filled(unit);
    expect(processorMs(() => void preset.text(text))).toBeLessThan(PATIENCE_MS);
  });

  test.each(["(a+)+$", "(a|aa)*b", "(a|a?)+$", "(.*)*x", "a+b|a", "(x+x+)+y", "(a{0,30}){0,30}b"])(
    "and the pattern %s",
    (pattern) => {
      const redactor = redactorWith({ blockedValues: patterns(pattern) });
      for (const text of [filled("a"), filled("aab "), `${filled("x")}!`]) {
        expect(processorMs(() => void redactor.text(text))).toBeLessThan(PATIENCE_MS);
      }
    },
  );

  test.each([
    ["lists within lists", "[".repeat(mebibyte / 2) + "]".repeat(mebibyte / 2)],
    ["maps within maps", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["one text of escapes", `["${"\\\\".repeat(mebibyte / 4)}${'\\"'.repeat(mebibyte / 4)}"]`],
    ["many short texts", JSON.stringify(Array.from({ length: 100_000 }, (_, index) => `t${index}`))],
    [
      "many keys that are secrets",
      JSON.stringify(Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`a${index}@b.example`, 1]))),
    ],
  ])("and JSON of %s", (_, text) => {
    for (const maxDepth of [10, Infinity]) {
      const redactor = redactorWith({ presets: ["pii", "secrets"], maxDepth });
      expect(processorMs(() => void JSON.parse(redactor.text(text)))).toBeLessThan(PATIENCE_MS);
    }
  });

  test("what could not be searched in time does not pass", () => {
    const redacted = redactorWith({ blockedValues: patterns("a+b|a") }).text(filled("a"));
    expect(redacted).toMatch(/^\*+$/);
  });
});
