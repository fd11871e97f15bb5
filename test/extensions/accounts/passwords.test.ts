import { describe, expect, test } from "vitest";
import { createPasswords } from "../../../src/extensions/accounts/passwords.ts";
import { UnavailableError } from "../../../src/model/errors.ts";

describe("passwords", () => {
  test("are kept as argon2id with a salt of their own, and found right or wrong by that", async () => {
    const passwords = createPasswords();
    const [one, two] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.matches("correct horse", one)).toBe(true);
    expect(await passwords.matches("correct horse ", one)).toBe(false);
    expect(await passwords.matches("", one)).toBe(false);
  });

  test("of nobody take as long to be wrong, and are wrong, whatever they are", async () => {
    const passwords = createPasswords();
    const known = await passwords.hash("correct horse");
    await passwords.matches("nobody has this password", undefined);
    const timeOf = async (hash: string | undefined): Promise<number> => {
      const startedAt = performance.now();
      expect(await passwords.matches("nobody has this password", hash)).toBe(false);
      return performance.now() - startedAt;
    };
    let [fastestKnown, fastestUnknown] = [Infinity, Infinity];
    for (let time = 0; time < 5; time += 1) {
      fastestKnown = Math.min(fastestKnown, await timeOf(known));
      fastestUnknown = Math.min(fastestUnknown, await timeOf(undefined));
    }
    expect(fastestUnknown).toBeGreaterThan(fastestKnown / 3);
  });

  test("are not computed without end: when too many wait, the next are refused for a moment", async () => {
    const passwords = createPasswords();
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.hash("correct horse")));
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(refused).toHaveLength(80 - 2 - 64);
    for (const error of refused) expect(error).toBeInstanceOf(UnavailableError);
    expect(await passwords.hash("correct horse")).toMatch(/^\$argon2id/);
  });
});
