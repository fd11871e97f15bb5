import { describe, expect, it } from "vitest";
import { requireReadable } from "../../../src/api/evaluation/require-readable.ts";

describe("a run", () => {
  it("can be looked at as a whole up to 100,000 items, and beyond says so", () => {
    expect(() => requireReadable({ id: "r", totalItems: 100_000 })).not.toThrow();
    expect(() => requireReadable({ id: "r", totalItems: 100_001 })).toThrow("the run r has 100001 items");
  });
});
