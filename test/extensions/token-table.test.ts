/** R104: no comparison of tokens themselves, whose time would tell how much of one was right. */
import type * as Crypto from "node:crypto";
import { expect, test, vi } from "vitest";
import { createTokenTable } from "../../src/extensions/bearer-token-auth/token-table.ts";

const digested = vi.hoisted((): string[] => []);

vi.mock("node:crypto", async (importOriginal) => {
  const crypto = await importOriginal<typeof Crypto>();
  return {
    ...crypto,
    /** Knows only lengths: whoever looks at the texts themselves finds other tokens than this. */
    createHmac: () => ({
      update(text: string) {
        digested.push(text);
        return { digest: () => String(text.length) };
      },
    }),
  };
});

test("tokens are told apart by their digests alone, one of each presented text", () => {
  const tokens = ["alpha", "gamma-ray"].map((value) => ({ value, project: value, rights: [] }));
  const table = createTokenTable(tokens);
  digested.length = 0;
  expect(["omega", "123456789", "alph", ""].map((text) => table.find(text)?.project)).toEqual([
    "alpha",
    "gamma-ray",
    undefined,
    undefined,
  ]);
  expect(digested).toEqual(["omega", "123456789", "alph", ""]);
});
