import { describe, expect, test } from "vitest";
import { isAgentLogRecord } from "../../src/dialects/agent-log-record.ts";
import { logRecordWith } from "../support/records.ts";

describe("which log records are agents'", () => {
  const { traceId: _, ...withoutTrace } = logRecordWith({ eventName: "gen_ai.choice" });
  const { spanId: __, ...withoutSpan } = logRecordWith({ eventName: "gen_ai.choice" });
  test.each([
    ["the end of a session, which has no span", { ...withoutTrace, eventName: "session.end" }, true],
    ["an event by its name", logRecordWith({ eventName: "gen_ai.choice" }), true],
    ["an event of older SDKs", logRecordWith({ attributes: new Map([["event.name", "gen_ai.user.message"]]) }), true],
    ["a record with a GenAI attribute", logRecordWith({ attributes: new Map([["gen_ai.system", "openai"]]) }), true],
    [
      "what AWS's distribution took out of a span, named after its scope",
      logRecordWith({
        eventName: "strands.telemetry.tracer",
        body: new Map([
          [
            "input",
            new Map([
              [
                "messages",
                [
                  new Map([
                    ["role", "user"],
                    ["content", "hi"],
                  ]),
                ],
              ],
            ]),
          ],
        ]),
      }),
      true,
    ],
    [
      "a body that only looks like it",
      logRecordWith({ body: new Map([["input", new Map([["messages", []]])]]) }),
      false,
    ],
    ["an application's line", logRecordWith({ body: "gen_ai.choice", attributes: new Map([["a", "b"]]) }), false],
    ["another event", logRecordWith({ eventName: "http.request" }), false],
    ["an attribute that only contains the word", logRecordWith({ attributes: new Map([["x.gen_ai.y", 1]]) }), false],
    ["an event without a trace", withoutTrace, false],
    ["an event without a span", withoutSpan, false],
  ])("%s", (_name, record, expected) => {
    expect(isAgentLogRecord(record)).toBe(expected);
  });
});
