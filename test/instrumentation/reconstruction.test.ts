import { afterAll, beforeAll, expect, it } from "vitest";
import type { BuiltSession } from "../../src/model/session.ts";
import { runWithModel } from "./run-with-model.ts";
import { inShort, sessionsOf } from "./sessions-of.ts";
import { type Collector, startCollector } from "./start-collector.ts";

let collector: Collector;
let sessions: readonly BuiltSession[];

beforeAll(async () => {
  collector = await startCollector();
  await runWithModel("conversations.mjs", { env: collector.env });
  sessions = await sessionsOf(collector);
});
afterAll(async () => collector.close());

const reply = "Hello, how are you?";
const bothTools = [
  ["weather", { city: "Faro" }, { city: "Faro", sun: true }],
  ["weather", { city: "Lagos" }, "no station in Lagos"],
];

const expected: Readonly<Record<string, readonly object[]>> = {
  "request by request": [
    { user: "weather?", reply, tools: bothTools },
    { user: "and again?", reply, tools: bothTools },
  ],
  "two at once, left": [{ user: "two at once, left", reply, tools: bothTools }],
  "two at once, right": [{ user: "two at once, right", reply, tools: bothTools }],
  "failed, then asked again": [{ user: "weather?", reply, tools: [] }],
  "failed, then something else": [
    { user: "weather?", reply: "Sorry.", tools: [], error: "400 no such thing" },
    { user: "the time?", reply, tools: [] },
  ],
  "with the Responses API": [
    { user: "weather?", reply, tools: bothTools },
    { user: "thanks", reply, tools: [] },
  ],
  "kept by the provider": [
    { user: "weather?", reply, tools: [] },
    { user: "the time?", reply, tools: [] },
  ],
  "by agents": [{ user: "look it up", reply, tools: [["research", { topic: "tents" }, reply]] }],
};

it.each(Object.keys(expected))("the session builder makes of it what the program did: %s", (id) => {
  const session = sessions.find(({ conversationId }) => conversationId === id);
  expect(session && inShort(session)).toEqual(expected[id]);
});

it("makes no other sessions of it", () => {
  expect(new Set(sessions.map(({ conversationId }) => conversationId))).toEqual(new Set(Object.keys(expected)));
  expect(sessions).toHaveLength(Object.keys(expected).length);
});
