import { describe, expect, it } from "vitest";
import type { Message } from "../../instrumentation/src/message.ts";
import { createTurnTrace } from "../../instrumentation/src/turn-trace.ts";

const say = (role: string, content: string): Message => ({ role, parts: [{ type: "text", content }] });
const user = say("user", "hi");
const assistant = say("assistant", "hello");
const result: Message = { role: "tool", parts: [{ type: "tool_call_response", id: "a", response: "1" }] };

describe("a turn's trace", () => {
  it("begins with a user message and lasts while tools are answered", () => {
    const turns = createTurnTrace();
    turns.ask([say("system", "be brief"), user]);
    const first = turns.traceId();
    turns.ask([say("system", "be brief"), user, assistant, result]);
    expect(turns.traceId()).toBe(first);
    turns.ask([user, assistant, result, assistant, user]);
    expect(turns.traceId()).not.toBe(first);
  });

  it.each([
    { name: "a failed call that is repeated stays in it", fails: true, again: [user], isSame: true },
    { name: "an answered question that is repeated is a new turn", fails: false, again: [user], isSame: false },
    {
      name: "after a failed call something else is a new turn",
      fails: true,
      again: [user, assistant, user],
      isSame: false,
    },
    {
      name: "a system message at the end changes nothing",
      fails: true,
      again: [user, say("developer", "x")],
      isSame: false,
    },
  ])("$name", ({ fails, again, isSame }) => {
    const turns = createTurnTrace();
    turns.ask([user]);
    const first = turns.traceId();
    if (fails) turns.failed();
    turns.ask(again);
    expect(turns.traceId() === first).toBe(isSame);
  });

  it("is an id of OpenTelemetry's form", () => {
    expect(createTurnTrace().traceId()).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("the id of a tool call", () => {
  const faro = { id: "faro", name: "weather", arguments: { city: "Faro", days: 2 } };
  const lagos = { id: "lagos", name: "weather", arguments: { city: "Lagos" } };
  const time = { id: "time", name: "time", arguments: {} };
  const asked = (): ReturnType<typeof createTurnTrace> => {
    const turns = createTurnTrace();
    turns.ask([user]);
    turns.askedFor([faro, lagos, time]);
    return turns;
  };

  it("is found by name and arguments, in any order, each once", () => {
    const turns = asked();
    expect(turns.takeCallId("weather", { city: "Lagos" })).toBe("lagos");
    expect(turns.takeCallId("weather", { days: 2, city: "Faro" })).toBe("faro");
    expect(turns.takeCallId("weather", { city: "Faro", days: 2 })).toBeUndefined();
  });

  it("is found by name alone when that leaves no choice", () => {
    const turns = asked();
    expect(turns.takeCallId("time", { zone: "default added by the program" })).toBe("time");
    expect(turns.takeCallId("weather", { city: "Porto" })).toBeUndefined();
  });

  it("is not that of an earlier turn, nor of another session", () => {
    const turns = asked();
    turns.ask([user, assistant, user]);
    expect(turns.takeCallId("time", {})).toBeUndefined();
    expect(createTurnTrace().takeCallId("time", {})).toBeUndefined();
  });
});
