import { describe, expect, it } from "vitest";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { captureNames, deliver, deliveries, loadCapture } from "../support/captures.ts";
import { problemsOf } from "../support/compare-sessions.ts";

/** What was lost before it left the process cannot be rebuilt: these are tested for what is left, below. */
const incomplete = new Set([
  "ai-sdk-v6-nocontent",
  "ai-sdk-v7-nocontent",
  "anthropic-native-metadata",
  "google-adk-nocontent",
  "langsmith-langchain",
  "openinference-openai-bare-window",
  "openinference-openai-hidden",
  "openinference-openai-truncated",
  "otel-contrib-openai-nocontent",
  "traceloop-openai-nocontent",
  "traceloop-openai-truncated",
]);

describe.each(captureNames.filter((name) => !incomplete.has(name)))("the traffic of %s", (name) => {
  const { requests, expected } = loadCapture(name);

  it.each(deliveries)("becomes the conversations that really took place, delivered %s", (delivery) => {
    const sessions = buildSessions(factsOfRequests(deliver(requests, delivery)));
    expect(problemsOf(expected, sessions)).toEqual([]);
  });
});

describe.each(["otel-contrib-openai", "otel-contrib-openai-bare"])("the log records of %s", (name) => {
  const { requests, expected } = loadCapture(name);

  it.each([2, 3, 4, 5, 6, 7])("find their order again, shuffled by seed %i", (seed) => {
    const sessions = buildSessions(factsOfRequests(deliver(requests, "twice and shuffled", seed)));
    expect(problemsOf(expected, sessions)).toEqual([]);
  });
});

describe("traffic without all content still shows", () => {
  const cases: readonly [name: string, turns: readonly number[], tools: readonly string[], flag: string][] = [
    ["ai-sdk-v6-nocontent", [6], ["get_order", "track_parcel", "quote_shipping", "refund_order"], "content_missing"],
    [
      "ai-sdk-v7-nocontent",
      [1, 1, 1, 1, 1, 1],
      ["get_order", "track_parcel", "quote_shipping", "refund_order"],
      "content_missing",
    ],
    ["google-adk-nocontent", [6], ["get_order", "track_parcel", "quote_shipping", "refund_order"], "content_missing"],
    [
      "openinference-openai-hidden",
      [6],
      ["get_order", "track_parcel", "quote_shipping", "refund_order"],
      "content_missing",
    ],
    [
      "otel-contrib-openai-nocontent",
      [6],
      ["get_order", "track_parcel", "quote_shipping", "refund_order"],
      "content_missing",
    ],
    ["traceloop-openai-nocontent", [6], ["get_order", "track_parcel", "quote_shipping"], "content_missing"],
    ["traceloop-openai-truncated", [6], ["get_order", "track_parcel", "quote_shipping", "refund_order"], "truncated"],
    [
      "openinference-openai-truncated",
      [6],
      ["get_order", "track_parcel", "quote_shipping", "refund_order"],
      "truncated",
    ],
  ];

  it.each(cases)("%s: %j turns, their tools, and the flag", (name, turns, tools, flag) => {
    const sessions = buildSessions(factsOfRequests(loadCapture(name).requests));
    const all = sessions.flatMap((session) => session.turns);
    const names = all.flatMap(({ steps }) => steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : [])));
    expect(sessions.map((session) => session.turns.length)).toEqual(turns);
    expect(new Set(names)).toEqual(new Set(tools));
    expect(all.every(({ flags }) => flags.includes(flag as (typeof flags)[number]))).toBe(true);
  });

  it("spans that wrote over each other: all but what no later history tells, which is the last turn's answer", () => {
    const { requests, expected } = loadCapture("langsmith-langchain");
    const sessions = buildSessions(factsOfRequests(requests));
    expect(sessions.flatMap(({ turns }) => turns.map(({ aborted }) => aborted))).toEqual(Array(6).fill(false));
    expect(problemsOf(expected, sessions)).toEqual([
      expect.stringMatching(/^turn 6: reply undefined/),
      expect.stringMatching(/^turn 6: no call get_order/),
      expect.stringMatching(/^turn 6: no call track_parcel/),
    ]);
  });

  it.each(["ai-sdk-v6-nocontent", "openinference-openai-hidden", "otel-contrib-openai-nocontent"])(
    "%s: each turn its own tools",
    (name) => {
      const { requests, expected } = loadCapture(name);
      const [session] = buildSessions(factsOfRequests(requests));
      const tools = session?.turns.map(({ steps }) =>
        steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : [])),
      );
      expect(tools).toEqual(expected.conversations[0]?.turns.map(({ toolCalls }) => toolCalls.map(({ name }) => name)));
    },
  );

  it("a sliding window without overlap: three pieces, each whole", () => {
    const sessions = buildSessions(factsOfRequests(loadCapture("openinference-openai-bare-window").requests));
    expect(sessions.map(({ turns }) => turns.length)).toEqual([1, 1, 4]);
  });
});
