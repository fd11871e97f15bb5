import { expect, test } from "vitest";
import { xxhash64 } from "../../../src/receivers/otlp/xxhash64.ts";

/** Known from xxHash's own tests and documentation. */
test.each([
  ["", 0xef46_db37_51d8_e999n],
  ["a", 0xd24e_c4f1_a98c_6e5bn],
  ["abc", 0x44bc_2cf5_ad77_0999n],
  ["Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1n],
])("of %j is what xxHash says", (text, hash) => {
  expect(xxhash64(Buffer.from(text))).toBe(hash);
});

test("depends on every bit and on the length, whatever the length", () => {
  for (let length = 1; length < 100; length += 1) {
    const bytes = Buffer.alloc(length + 1, 0xa5);
    const hashes = [xxhash64(bytes), xxhash64(bytes.subarray(1))];
    for (let at = 1; at < bytes.length; at += 1) {
      bytes.writeUInt8(0x25, at);
      hashes.push(xxhash64(bytes.subarray(1)));
      bytes.writeUInt8(0xa5, at);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  }
});
