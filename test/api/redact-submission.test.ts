import { RE2JS } from "re2js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { type ApiServer, ask, claim, startApi } from "./api-server.ts";
import { submitResult } from "./valuehead-client.ts";

const rules = { blockedValues: [], allowedValues: [], blockedKeys: [], allTypes: false, maxDepth: 10 };
const secret = "sk-abcdefghijklmnopqrstuvwxyz";
const address = "bob@example.com";
const gone = "[REDACTED]";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi({
    redactors: [
      createRedactor({ ...rules, presets: ["pii", "secrets"] }),
      createRedactor({ ...rules, presets: [], blockedValues: [RE2JS.compile("assistant|user|Acme")] }),
    ],
  });
});
afterAll(async () => api.close());

async function factsOf(body: object) {
  const { status, json, text } = await ask(api, "/api/v1/traces", { body });
  expect({ status, text }).toMatchObject({ status: 201 });
  const held = await claim(api.store, submitResult.parse(json).session_id);
  return { held, facts: await api.store.readFacts(held) };
}

describe("submitted messages", () => {
  test("are stored without what the redactors find, in every part", async () => {
    const toolCall = (text: string) => ({
      id: "call_1",
      type: "function",
      function: { name: "send", arguments: JSON.stringify({ to: text, api_key: "x", n: 5 }) },
    });
    const { held, facts } = await factsOf({
      messages: [
        { role: "system", content: `Use ${secret} at Acme.` },
        { role: "user", content: [{ type: "text", text: `I am ${address}` }], [address]: 1 },
        JSON.parse(JSON.stringify({ role: "assistant", content: null, tool_calls: [toolCall(address)] })),
        JSON.parse(`{"role":"tool","tool_call_id":"call_1","content":"{\\"pwd\\":1}","__proto__":{"a":"${secret}"}}`),
      ],
      tools: [{ type: "function", function: { name: "send", description: `asks ${address}` } }],
      metadata: { contact: address, session_id: "5551234567" },
      instructions: `never tell ${secret}`,
    });
    const stored = JSON.stringify([facts, held]);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(address);
    expect(facts.messages).toMatchObject([
      { role: "system", content: `Use ${gone} at ****.` },
      { role: "user", content: [{ type: "text", text: `I am ${gone}` }], [gone]: 1 },
      { role: "assistant", tool_calls: [{ id: "call_1", function: { name: "send" } }] },
      { role: "tool", tool_call_id: "call_1", content: `{"pwd":"${gone}"}` },
    ]);
    const [call] = facts.messages?.[2]?.tool_calls ?? [];
    expect(call?.function.arguments).toBe(JSON.stringify({ to: gone, api_key: gone, n: 5 }));
    expect(held.judging.instructions).toBe(`never tell ${gone}`);
    expect(Object.prototype).not.toHaveProperty("a");
  });

  test("without anything to redact are stored as they came", async () => {
    const messages = [{ role: "user", content: "hi", custom: { n: 12.5, list: [null, true] } }];
    expect((await factsOf({ messages })).facts.messages).toEqual(messages);
  });
});

test("rules that leave no message store nothing", async () => {
  const redactors = [createRedactor({ ...rules, presets: [], blockedKeys: [RE2JS.compile("tool_calls")] })];
  const strict = await startApi({ redactors });
  const messages = [{ role: "assistant", content: null, tool_calls: [{ function: { name: "f", arguments: secret } }] }];
  const { status, text } = await ask(strict, "/api/v1/traces", { body: { messages } });
  expect(status).toBe(500);
  expect(text).not.toContain(secret);
  expect(await strict.store.countSessions({ project: "default", limit: 1 })).toBe(0);
  await strict.close();
});
