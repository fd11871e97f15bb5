import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../src/model/span.ts";
import { eventListInput, eventListOutput } from "../../src/dialects/event-list.ts";
import { createReadMemory } from "../../src/dialects/read-memory.ts";
import { spanWith } from "../support/records.ts";

function read(events: AttributeValue) {
  const span = spanWith({ attributes: new Map([["events", events]]) });
  const context = { logRecords: [], memory: createReadMemory() };
  const textsOf = (source: ReturnType<typeof eventListInput>) =>
    source(span, context)?.messages.map(({ role, text }) => [role, text]);
  return { input: textsOf(eventListInput("events")), output: textsOf(eventListOutput("events")) };
}

const said = (role: string, content: string) => ({ "event.name": `gen_ai.${role}.message`, role, content });
const choice = { "event.name": "gen_ai.choice", index: 0, message: { role: "assistant", content: "c" } };

describe("messages as a list of events in one attribute", () => {
  it("end with the choice", () => {
    expect(read(JSON.stringify([said("user", "a"), said("assistant", "b"), choice]))).toEqual({
      input: [
        ["user", "a"],
        ["assistant", "b"],
      ],
      output: [["assistant", "c"]],
    });
  });

  it("end with what the model said last, where the answer is no choice", () => {
    const events = [said("user", "a"), said("assistant", "b"), said("user", "c"), said("assistant", "d")];
    expect(read(JSON.stringify(events))).toEqual({
      input: [
        ["user", "a"],
        ["assistant", "b"],
        ["user", "c"],
      ],
      output: [["assistant", "d"]],
    });
  });

  it("have no answer when the call failed", () => {
    expect(read(JSON.stringify([said("user", "a")]))).toEqual({ input: [["user", "a"]], output: [] });
  });

  it("leave out events that are no messages", () => {
    const unknown = { "event.name": "gen_ai.unknown", role: "unknown", content: "reasoning" };
    expect(read(JSON.stringify([said("user", "a"), unknown, choice]))).toEqual({
      input: [["user", "a"]],
      output: [["assistant", "c"]],
    });
  });

  it.each<[AttributeValue]>([["not JSON"], ["{}"], ["[1,null,[]]"], [7n], ['[{"event.name":'], [null]])(
    "are none when the attribute is %o",
    (events) => {
      expect(read(events)).toEqual({ input: [], output: [] });
    },
  );
});
