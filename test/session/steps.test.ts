import { describe, expect, it } from "vitest";
import type { ToolCall } from "../../src/model/session.ts";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import type { Called, Said } from "../support/conversation-spans.ts";

function toolCalls(...spans: readonly Span[]): readonly ToolCall[] {
  const { turns } = buildSession({ spans, logRecords: [] }, {}).session;
  return turns.flatMap(({ steps }) => steps.filter((step) => step.type === "tool_call"));
}

const shown = (calls: readonly ToolCall[]) =>
  calls.map(({ id, name, arguments: args, result, error }) => ({ id, name, arguments: args, result, error }));
const user: Said = { user: "a" };
const said: Said = { assistant: "A" };
const berlin: Called = { id: "1", name: "quote", arguments: { city: "Berlin" } };
const paris: Called = { id: "2", name: "quote", arguments: { city: "Paris" } };
const asks = (...calls: readonly Called[]): Said => ({ calls });
const got = (...results: readonly { id?: string; response: unknown }[]): Said => ({ results });
const whole = [
  { id: "1", name: "quote", arguments: { city: "Berlin" }, result: "four", error: undefined },
  { id: "2", name: "quote", arguments: { city: "Paris" }, result: "seven", error: undefined },
];

describe("tool calls are put together from three places", () => {
  const output = asks(berlin, paris);
  const history: readonly Said[] = [
    user,
    asks(berlin, paris),
    got({ id: "1", response: "four" }, { id: "2", response: "seven" }),
  ];
  const withoutIds = (calls: readonly Called[]) =>
    calls.map(({ name, arguments: args }) => ({ name, arguments: args }));

  it.each<[string, readonly Span[]]>([
    [
      "the model's output and the next input",
      [chat({ id: 1, at: 0 }, [user], output), chat({ id: 2, at: 9 }, history, said)],
    ],
    ["the next input alone", [chat({ id: 1, at: 0 }, [user]), chat({ id: 2, at: 9 }, history, said)]],
    [
      "the output and the tools' spans, which end in another order",
      [
        chat({ id: 1, at: 0 }, [user], output),
        tool({ id: 3, at: 1, until: 8 }, { ...paris, result: "seven" }),
        tool({ id: 4, at: 2, until: 4 }, { ...berlin, result: "four" }),
        chat({ id: 2, at: 9 }, [user], said),
      ],
    ],
    [
      "spans without ids, by name and arguments",
      [
        chat({ id: 1, at: 0 }, [user], output),
        tool({ id: 3, at: 1 }, { name: "quote", arguments: { city: "Paris" }, result: "seven" }),
        tool({ id: 4, at: 2 }, { name: "quote", arguments: { city: "Berlin" }, result: "four" }),
        chat({ id: 2, at: 9 }, history, said),
      ],
    ],
    [
      "spans whose arguments were withheld, by name in order",
      [
        chat({ id: 1, at: 0 }, [user], output),
        tool({ id: 3, at: 1 }, { name: "quote", result: "four" }),
        tool({ id: 4, at: 2 }, { name: "quote", result: "seven" }),
        chat({ id: 2, at: 9 }, [user, asks(berlin, paris), got()], said),
      ],
    ],
    [
      "an output whose arguments were not recorded",
      [
        chat({ id: 1, at: 0 }, [user], asks({ ...berlin, arguments: {} }, { ...paris, arguments: {} })),
        chat({ id: 2, at: 9 }, history, said),
      ],
    ],
    [
      "spans and an output without arguments",
      [
        chat({ id: 1, at: 0 }, [user], asks({ ...berlin, arguments: {} }, { ...paris, arguments: {} })),
        tool({ id: 3, at: 1 }, { ...berlin, result: "four" }),
        tool({ id: 4, at: 2 }, { ...paris, result: "seven" }),
      ],
    ],
    [
      "results without ids, in order",
      [
        chat({ id: 1, at: 0 }, [user], output),
        chat(
          { id: 2, at: 9 },
          [user, asks(berlin, paris), got({ response: "four" }), got({ response: "seven" })],
          said,
        ),
      ],
    ],
    [
      "results without ids and a history without calls",
      [
        chat({ id: 1, at: 0 }, [user], output),
        chat({ id: 2, at: 9 }, [user, { assistant: "" }, got({ response: "four" }), got({ response: "seven" })], said),
      ],
    ],
  ])("%s", (_from, spans) => {
    expect(shown(toolCalls(...spans))).toEqual(whole);
  });

  it("without any ids", () => {
    const calls = withoutIds([berlin, paris]);
    const spans = [
      chat({ id: 1, at: 0 }, [user], asks(...calls)),
      tool({ id: 3, at: 1 }, { name: "quote", arguments: { city: "Paris" }, result: "seven" }),
      chat({ id: 2, at: 9 }, [user, asks(...calls), got({ response: "four" }), got({ response: "seven" })], said),
    ];
    expect(shown(toolCalls(...spans))).toEqual(whole.map((call) => ({ ...call, id: undefined })));
  });

  it("tells equal calls apart by their ids", () => {
    const again = { ...berlin, id: "9" };
    const spans = [
      chat({ id: 1, at: 0 }, [user], asks(berlin)),
      chat({ id: 2, at: 1 }, [user, asks(berlin), got({ id: "1", response: "four" })], asks(again)),
      chat(
        { id: 3, at: 2 },
        [user, asks(berlin), got({ id: "1", response: "four" }), asks(again), got({ id: "9", response: "five" })],
        said,
      ),
    ];
    expect(toolCalls(...spans).map(({ id, result }) => [id, result])).toEqual([
      ["1", "four"],
      ["9", "five"],
    ]);
  });

  it("tells equal calls without ids apart by their number", () => {
    const call = { name: "quote", arguments: { city: "Berlin" } };
    const spans = [
      chat({ id: 1, at: 0 }, [user], asks(call)),
      tool({ id: 4, at: 1 }, { ...call, result: "four" }),
      chat({ id: 2, at: 2 }, [user, asks(call), got({ response: "four" })], asks(call)),
      tool({ id: 5, at: 3 }, { ...call, result: "five" }),
      chat(
        { id: 3, at: 4 },
        [user, asks(call), got({ response: "four" }), asks(call), got({ response: "five" })],
        said,
      ),
    ];
    expect(toolCalls(...spans).map(({ result }) => result)).toEqual(["four", "five"]);
  });

  it("never takes a span for a call with another id", () => {
    const spans = [
      chat({ id: 1, at: 0 }, [user], asks(berlin)),
      tool({ id: 3, at: 1 }, { ...berlin, id: "9", result: "four" }),
    ];
    expect(toolCalls(...spans).map(({ id, result }) => [id, result])).toEqual([
      ["1", undefined],
      ["9", "four"],
    ]);
  });

  it("shows a span that no message tells of, after the call before it", () => {
    const { turns } = buildSession(
      {
        spans: [
          chat({ id: 1, at: 0 }, [user]),
          tool({ id: 2, at: 1 }, { name: "quote", result: "four" }),
          chat({ id: 3, at: 2 }, [user, { assistant: "" }, got({ response: "four" })], said),
        ],
        logRecords: [],
      },
      {},
    ).session;
    expect(turns[0]?.steps.map(({ type }) => type)).toEqual(["model_call", "tool_call", "model_call"]);
  });

  it("takes a span's error before its message's, and its message's where it has no words", () => {
    const history = [user, asks(berlin), got({ id: "1", response: "Error: no such city" })];
    const failed = (error: string) =>
      toolCalls(
        chat({ id: 1, at: 0 }, [user], asks(berlin)),
        tool({ id: 3, at: 1, error }, berlin),
        chat({ id: 2, at: 2 }, history, said),
      );
    expect(failed("boom")).toMatchObject([{ error: "boom" }]);
    expect(failed("")).toMatchObject([{ error: "Error: no such city" }]);
    expect(
      toolCalls(chat({ id: 1, at: 0 }, [user], asks(berlin)), chat({ id: 2, at: 2 }, history, said)),
    ).toMatchObject([{ error: "Error: no such city" }]);
  });

  it("takes a span's result before its message's", () => {
    const history = [user, asks(berlin), got({ id: "1", response: "cut…" })];
    expect(
      toolCalls(
        chat({ id: 1, at: 0 }, [user], asks(berlin)),
        tool({ id: 3, at: 1 }, { ...berlin, result: "all of it" }),
        chat({ id: 2, at: 2 }, history, said),
      ),
    ).toMatchObject([{ result: "all of it" }]);
  });

  it("shows no hand-over to another agent", () => {
    const handover = { id: "9", name: "transfer_to_billing", arguments: {} };
    const spans = [
      chat({ id: 1, at: 0 }, [user], asks(handover)),
      chat({ id: 2, at: 1 }, [user, asks(handover), got({ id: "9", response: "ok" })], asks(berlin)),
      chat(
        { id: 3, at: 2 },
        [user, asks(handover), got({ id: "9", response: "ok" }), asks(berlin), got({ id: "1", response: "four" })],
        said,
      ),
    ];
    expect(shown(toolCalls(...spans))).toEqual(whole.slice(0, 1));
  });
});

describe("tool spans belong to a turn", () => {
  const b: Said = { user: "b" };

  it("of their trace, by time when it holds several", () => {
    const spans = [
      chat({ id: 1, at: 0 }, [user], said),
      tool({ id: 2, at: 5 }, { name: "first" }),
      chat({ id: 3, at: 10 }, [user, said, b], said),
      tool({ id: 4, at: 15 }, { name: "second" }),
    ];
    const { turns } = buildSession({ spans, logRecords: [] }, {}).session;
    expect(turns.map(({ steps }) => steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : [])))).toEqual([
      ["first"],
      ["second"],
    ]);
  });

  it("by time when they hang under a client's trace of their own", () => {
    const more = { "session.id": "s" };
    const spans = [
      chat({ id: 1, at: 0, trace: 1, more }, [user], said),
      tool({ id: 2, at: 5, trace: 9, more }, { name: "first" }),
      chat({ id: 3, at: 10, trace: 2, more }, [user, said, b], said),
      tool({ id: 4, at: 15, trace: 9, more }, { name: "second" }),
    ];
    const { turns } = buildSession({ spans, logRecords: [] }, { conversationId: "s" }).session;
    expect(turns.map(({ steps }) => steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : [])))).toEqual([
      ["first"],
      ["second"],
    ]);
  });
});
