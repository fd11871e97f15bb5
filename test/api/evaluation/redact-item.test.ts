import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { redactItem } from "../../../src/api/evaluation/redact-item.ts";
import type { EvaluationItem } from "../../../src/model/evaluation.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const rules = { blockedValues: [], allowedValues: [], blockedKeys: [], allTypes: false, maxDepth: 10 };
const secret = "sk-abcdefghijklmnopqrstuvwxyz";
const item: EvaluationItem = {
  key: secret,
  instructions: `use ${secret}`,
  input: `my key is ${secret}`,
  output: `yours is ${secret}`,
  context: [secret, "harmless"],
  expected: [`not ${secret}`],
  history: [{ user: secret, assistant: secret }, { user: secret }],
  toolCalls: [
    { name: "use", arguments: { key: secret, count: 7, deep: [{ again: secret }] }, result: secret },
    { name: "use", arguments: secret, error: `refused ${secret}` },
    { name: "use", arguments: 3, result: null },
  ],
  metadata: { note: secret, password: 12345, fine: true },
  origin: { sessionId: "s", turn: 1 },
};

describe("an item", () => {
  it.each(["secrets", "valiqor"] as const)("is stored without what %s finds, in every part but its key", (preset) => {
    const { key, ...others } = redactItem(item, createRedactor({ ...rules, presets: [preset] }));
    expect(key).toBe(secret);
    expect(JSON.stringify(others)).not.toContain(secret);
    expect(others.context[1]).toBe("harmless");
    expect(others.toolCalls?.[0]?.arguments).toMatchObject({ count: 7 });
    expect(others.toolCalls?.[2]).toEqual({ name: "use", arguments: 3, result: null });
    expect(others.metadata).toMatchObject({ password: "[REDACTED]", fine: true });
    expect(others.origin).toEqual(item.origin);
  });

  it("stays what it is under rules that mask every key and every number", () => {
    const strict = createRedactor({ ...rules, presets: [], allTypes: true, blockedKeys: [RE2JS.compile(".*")] });
    const { toolCalls, metadata } = redactItem(item, strict);
    expect(toolCalls?.map(({ name }) => name)).toEqual(["use", "use", "use"]);
    expect(Object.keys(metadata)).toHaveLength(3);
    expect(JSON.stringify([toolCalls?.[0]?.arguments, metadata])).not.toContain(secret);
  });

  it("is as it was where there is nothing to find", () => {
    const plain = {
      ...item,
      instructions: "be kind",
      input: "a",
      output: "b",
      context: [],
      metadata: {},
      toolCalls: [],
      history: [],
      expected: [],
    };
    expect(redactItem(plain, createRedactor({ ...rules, presets: ["pii", "secrets"] }))).toEqual(plain);
  });
});
