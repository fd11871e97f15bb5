/** The package has no dependency on the server, so its presets are written again; here they are held together. */
import { describe, expect, it } from "vitest";
import { maskPersonalData } from "../../../instrumentation/src/masking/personal-data.ts";
import { maskSecrets } from "../../../instrumentation/src/masking/secrets.ts";
import { presets } from "../../../src/redaction/presets.ts";

/** The text as the server's finders leave it, found ranges joined. */
function asTheServerDoes(preset: keyof typeof presets, text: string): string {
  const characters = Array.from({ length: text.length }, () => false);
  for (const find of presets[preset].finders)
    for (const { start, end } of find(text)) characters.fill(true, start, end);
  return text
    .split("")
    .map((character, at) => (characters[at] ? "█" : character))
    .join("")
    .replaceAll(/█+/g, "[REDACTED]");
}

describe("the preset pii of the instrumentation is the server's:", () => {
  it.each([
    "write to ana.lima@example.com or to jörg@exämple.de, not to @home",
    "call +351 912 345 678 or (555) 123-4567, order 4711-0815",
    "ssn 123-45-6789, card 4111 1111 1111 1111, amex 3782 822463 10005, not 4111111111111112",
    "time 1790000000000 is no number to call",
  ])("%s", (text) => {
    expect(maskPersonalData(text)).toBe(asTheServerDoes("pii", text));
  });
});

describe("the preset secrets of the instrumentation is the server's:", () => {
  const plain = { attribute: "gen_ai.input.messages" };
  it.each([
    `key sk-${"a1".repeat(20)} and AKIAABCDEFGHIJKLMNOP`,
    `Authorization: Bearer ${"x9".repeat(15)}`,
    "password: hunter22 and https://ana:s3cret@example.com/path",
    `ghp_${"Z".repeat(36)} xoxb-${"1".repeat(12)} hf_${"q".repeat(34)}`,
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
    "nothing secret here, sk-short",
  ])("%s", (text) => {
    expect(maskSecrets(text, plain)).toBe(asTheServerDoes("secrets", text));
  });
});
