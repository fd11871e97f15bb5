import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { agent, chat } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";

const user = (text: string): Said => ({ user: text });
const said = (text: string): Said => ({ assistant: text });
const more = { "session.id": "s" };
const finished = { ...more, "gen_ai.response.finish_reasons": ["stop"] };

function turns(...spans: readonly Span[]) {
  const { session } = buildSession({ spans, logRecords: [] }, { conversationId: "s" });
  return session.turns.map(({ userContent, assistantContent, aborted, inferred }) => [
    userContent,
    assistantContent ?? null,
    ...(aborted ? ["aborted"] : []),
    ...(inferred ? ["inferred"] : []),
  ]);
}

describe("later history tells of earlier turns", () => {
  it("a reply that was not recorded", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more: finished }, [user("a")]),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("A"), user("b")], said("B")),
      ),
    ).toEqual([
      ["a", "A"],
      ["b", "B"],
    ]);
  });

  it("a stream that the user stopped: he saw the beginning", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more }, [user("a")], said("Once upon a time there was a cat.")),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("Once upon"), user("b")], said("B")),
      ),
    ).toEqual([
      ["a", "Once upon", "aborted"],
      ["b", "B"],
    ]);
  });

  it("a stream that the user stopped, of which the span has nothing", () => {
    expect(
      turns(
        agent({ id: 1, at: 0, trace: 1, more }, "a"),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("Once upon"), user("b")], said("B")),
      ),
    ).toEqual([
      ["a", "Once upon", "aborted"],
      ["b", "B"],
    ]);
  });

  it("a span that put the texts of its steps together: the end is the reply", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more }, [user("a")], said("Let me see.It is here.")),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("It is here."), user("b")], said("B")),
      ),
    ).toEqual([
      ["a", "It is here."],
      ["b", "B"],
    ]);
  });

  it("another text is left alone", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more }, [user("a")], said("A")),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("summary of A"), user("b")], said("B")),
      ),
    ).toEqual([
      ["a", "A"],
      ["b", "B"],
    ]);
  });

  it("a turn whose spans never came, in its place and with its tools", () => {
    const lost: readonly Said[] = [
      user("b"),
      { calls: [{ id: "1", name: "get_order" }] },
      { results: [{ id: "1", response: "fine" }] },
      said("B"),
    ];
    const spans = [
      chat({ id: 1, at: 0, trace: 1, more }, [user("a")], said("A")),
      chat({ id: 3, at: 2, trace: 3, more }, [user("a"), said("A"), ...lost, user("c")], said("C")),
    ];
    expect(turns(...spans)).toEqual([
      ["a", "A"],
      ["b", "B", "inferred"],
      ["c", "C"],
    ]);
    const { session } = buildSession({ spans, logRecords: [] }, { conversationId: "s" });
    expect(session.turns[1]).toMatchObject({
      turn: 2,
      steps: [{ type: "tool_call", name: "get_order", result: "fine" }],
      traceIds: [],
    });
    expect(session.turns[1]?.startedAt).toBeUndefined();
  });

  it("no turn for a user message without an answer before the next: two in a row are one turn", () => {
    expect(
      turns(chat({ id: 1, at: 0, trace: 1, more }, [user("a"), said("A"), user("b"), user("c")], said("C"))),
    ).toEqual([
      ["a", "A", "inferred"],
      ["b\nc", "C"],
    ]);
  });

  it("no turn where the application puts context around the user's text", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more }, [user("Context: x. Question: a")], said("A")),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("A"), user("Context: y. Question: b")], said("B")),
        chat(
          { id: 3, at: 2, trace: 3, more },
          [user("a"), said("A"), user("b"), said("B"), user("Context: z. Question: c")],
          said("C"),
        ),
      ),
    ).toEqual([
      ["Context: x. Question: a", "A"],
      ["Context: y. Question: b", "B"],
      ["Context: z. Question: c", "C"],
    ]);
  });

  it("no turn where the history is a sliding window that has a text twice", () => {
    expect(
      turns(
        chat({ id: 1, at: 0, trace: 1, more }, [user("a")], said("A")),
        chat({ id: 2, at: 1, trace: 2, more }, [user("a"), said("A"), user("b")], said("B")),
        chat({ id: 3, at: 2, trace: 3, more }, [user("b"), said("B"), user("a")], said("A")),
        chat({ id: 4, at: 3, trace: 4, more }, [user("b"), said("B"), user("a"), said("A"), user("c")], said("C")),
      ),
    ).toEqual([
      ["a", "A"],
      ["b", "B"],
      ["a", "A"],
      ["c", "C"],
    ]);
  });

  it.each([
    [
      "was cut",
      (span: Span) => {
        const list = span.attributes.get("gen_ai.input.messages") as string;
        return { ...span, attributes: new Map([...span.attributes, ["gen_ai.input.messages", list.slice(0, -1)]]) };
      },
    ],
    [
      "is only what is new",
      (span: Span) => ({
        ...span,
        attributes: new Map([...span.attributes, ["gen_ai.request.previous_response_id", "r"] as const]),
      }),
    ],
  ])("nothing from a list that %s", (_what, change) => {
    const long = chat(
      { id: 2, at: 1, trace: 2, more },
      [user("x"), said("X"), user("a"), said("not what was said"), user("b")],
      said("B"),
    );
    expect(turns(chat({ id: 1, at: 0, trace: 1, more: finished }, [user("a")]), change(long)).slice(0, 1)).toEqual([
      ["a", null],
    ]);
  });
});
