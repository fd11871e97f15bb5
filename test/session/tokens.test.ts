/** Tokens of captured traffic against what the models really served. `node bench/tokens.mjs` prints it as a table. */
import { describe, expect, it } from "vitest";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { captureNames, deliver, loadCapture } from "../support/captures.ts";
import { compareTokens, notCarried } from "../support/compare-tokens.mjs";

function compare(name: string) {
  const { requests, expected } = loadCapture(name);
  return compareTokens(expected, buildSessions(factsOfRequests(deliver(requests, "twice and shuffled"))));
}

describe("tokens of a whole conversation, each call counted once", () => {
  it.each(captureNames.filter((name) => !notCarried.has(name)))("are exact in %s", (name) => {
    const { wanted, got } = compare(name);
    expect(got).toEqual(wanted);
  });

  it.each([...notCarried])("cannot be exact in %s: %s", (name) => {
    const { wanted, got, isExact } = compare(name);
    expect(isExact).toBe(false);
    got.forEach((count, at) => expect(count).toBeLessThanOrEqual(wanted[at] ?? 0));
  });

  it.each([...notCarried].filter(([, why]) => why.startsWith("input and output are exact")))(
    "are exact in %s but for the cached part",
    (name) => {
      const { wanted, got } = compare(name);
      expect(got.slice(0, 2)).toEqual(wanted.slice(0, 2));
    },
  );
});
