import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { BuiltSession, ToolCall } from "../../src/model/session.ts";
import type { Span } from "../../src/model/span.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { canonicalJson } from "../../src/session/canonical-json.ts";
import { chat, spanAt } from "../support/conversation-spans.ts";
import type { SpanPlace } from "../support/conversation-spans.ts";

const picture = (data: string) => ({ type: "blob", modality: "image", mime_type: "image/png", content: data });
const base64 = (letter: string) => letter.repeat(160_000);
const text = (content: string) => ({ type: "text", content });
const user = (...parts: object[]) => ({ role: "user", parts });
const assistant = (...parts: object[]) => ({ role: "assistant", parts });

function call(place: SpanPlace, input: readonly object[], output: readonly object[]): Span {
  return spanAt(place, {
    "gen_ai.operation.name": "chat",
    "gen_ai.input.messages": JSON.stringify(input),
    "gen_ai.output.messages": JSON.stringify(output),
  });
}

function build(...spans: readonly Span[]): BuiltSession {
  const [session, ...others] = buildSessions({ spans, logRecords: [] });
  if (session === undefined || others.length > 0) throw new Error(`${others.length} sessions too many`);
  return session;
}

const toolsOf = (session: BuiltSession, turn = 0): readonly ToolCall[] =>
  session.turns[turn]?.steps.filter((step) => step.type === "tool_call") ?? [];

describe("what a user attaches", () => {
  it("stands beside the text, described and without its bytes", () => {
    const session = build(
      call({ id: 1, at: 0 }, [user(text("What is this?"), picture(base64("A")))], [assistant(text("A cat."))]),
    );
    expect(session.turns[0]).toMatchObject({
      userContent: "What is this?",
      attachments: [{ kind: "image", mediaType: "image/png", bytes: 120_000 }],
      assistantContent: "A cat.",
      flags: [],
    });
    expect(JSON.stringify(session)).not.toContain("AAAA");
  });

  it("alone is a turn that says what it was", () => {
    const [turn] = build(call({ id: 1, at: 0 }, [user(picture(base64("A")))], [assistant(text("A cat."))])).turns;
    expect(turn).toMatchObject({
      userContent: "[image: image/png]",
      attachments: [{ kind: "image", mediaType: "image/png", bytes: 120_000 }],
      flags: [],
    });
  });

  it("is the turn's in which it was attached, though later calls repeat it", () => {
    const first = [user(text("What is this?"), picture(base64("A")))];
    const later = [...first, assistant(text("A cat.")), user(text("Whose?"))];
    const { turns } = build(
      call({ id: 1, at: 0 }, first, [assistant(text("A cat."))]),
      call({ id: 2, trace: 2, at: 10 }, later, [assistant(text("Mine."))]),
    );
    expect(turns.map(({ attachments }) => attachments?.length ?? 0)).toEqual([1, 0]);
  });

  it("is known from later history, when the turn left no span", () => {
    const { turns } = build(
      call(
        { id: 1, at: 0 },
        [user(text("What is this?"), picture(base64("A"))), assistant(text("A cat.")), user(text("Whose?"))],
        [assistant(text("Mine."))],
      ),
    );
    expect(turns[0]).toMatchObject({ inferred: true, attachments: [{ kind: "image" }] });
  });

  it("makes another question of the same words", () => {
    const more = { "gen_ai.conversation.id": "conv-1" };
    const { turns } = build(
      call({ id: 1, at: 0, more }, [user(text("What is this?"), picture(base64("A")))], [assistant(text("A cat."))]),
      call(
        { id: 2, trace: 2, at: 10, more },
        [user(text("What is this?"), picture(`${base64("B")}BBBB`))],
        [assistant(text("A dog."))],
      ),
    );
    expect(turns.map(({ regeneratesTurn }) => regeneratesTurn)).toEqual([undefined, undefined]);
  });

  it("is told by messages, too", () => {
    const image = { type: "image_url", image_url: { url: "https://a.example/a.png?sig=1" } };
    const { turns } = buildFromMessages({
      source: "messages",
      messages: [
        { role: "user", content: [{ type: "text", text: "What is this?" }, image] },
        { role: "assistant", content: "A cat." },
      ],
    });
    expect(turns[0]?.attachments).toEqual([{ kind: "image", uri: "https://a.example/a.png" }]);
  });

  it("of the agent's making is its model call's, and alone it is the reply", () => {
    const [turn] = build(call({ id: 1, at: 0 }, [user(text("Draw a cat"))], [assistant(picture(base64("A")))])).turns;
    expect(turn).toMatchObject({ assistantContent: "[image: image/png]", flags: [] });
    expect(turn?.steps).toMatchObject([{ type: "model_call", attachments: [{ kind: "image", bytes: 120_000 }] }]);
  });
});

const search = { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "tide" } };
const found = {
  type: "web_search_tool_result",
  tool_use_id: "s1",
  content: [{ title: "Tides", url: "https://t.example" }],
};

describe("tools that the provider ran", () => {
  it("are tool calls of the turn, with what they were given and gave", () => {
    const session = build(
      call(
        { id: 1, at: 0 },
        [{ role: "system", parts: [text("be kind")] }, user(text("When is the tide?"))],
        [assistant({ type: "reasoning", content: "I should look." }, search, found, text("At noon."))],
      ),
    );
    expect(session.turns[0]).toMatchObject({
      assistantContent: "At noon.",
      flags: [],
      messageIndex: 1,
      replyMessageIndex: 2,
    });
    expect(session.turns[0]?.steps).toMatchObject([
      { type: "model_call", content: "At noon.", reasoning: "I should look.", messageIndex: 2 },
      {
        type: "tool_call",
        id: "s1",
        name: "web_search",
        arguments: { query: "tide" },
        result: [{ title: "Tides", url: "https://t.example" }],
        providerRun: true,
        messageIndex: 2,
        resultMessageIndex: 2,
      },
    ]);
  });

  it("stand before those that the application ran for the same call, and take none of their results", () => {
    const asked = { type: "tool_call", id: "c1", name: "web_search", arguments: { query: "mine" } };
    const question = user(text("When is the tide?"));
    const session = build(
      call({ id: 1, at: 0 }, [question], [assistant({ ...search, id: undefined }, asked)]),
      spanAt({ id: 2, at: 5 }, { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "web_search" }),
      call(
        { id: 3, at: 10 },
        [question, assistant(asked), { role: "tool", parts: [{ type: "tool_call_response", response: "at one" }] }],
        [assistant(text("At one."))],
      ),
    );
    expect(toolsOf(session)).toMatchObject([
      { name: "web_search", arguments: { query: "tide" }, providerRun: true },
      { name: "web_search", arguments: { query: "mine" }, result: "at one", spanId: "0000000000000002" },
    ]);
    expect(toolsOf(session)[0]).not.toHaveProperty("result");
    expect(toolsOf(session)[0]).not.toHaveProperty("spanId");
  });

  it.each<[string, readonly object[]]>([
    ["beside a text", [text("Let me see."), search]],
    ["without a text", [search]],
  ])("may answer in a later call, and alone: the first stopped %s", (_what, paused) => {
    const question = user(text("When is the tide?"));
    const session = build(
      call({ id: 1, at: 0 }, [question], [assistant(...paused)]),
      call(
        { id: 2, at: 10 },
        [question, assistant(...paused)],
        [assistant(found, { ...found, tool_use_id: "s2" }, text("At noon."))],
      ),
    );
    expect(session.turns.map(({ assistantContent }) => assistantContent)).toEqual(["At noon."]);
    expect(toolsOf(session).map(({ id, name, result }) => [id, name, result !== undefined])).toEqual([
      ["s1", "web_search", true],
      ["s2", "web_search", true],
    ]);
  });

  it("are known from later history, when the turn left no span", () => {
    const session = build(
      call(
        { id: 1, at: 0 },
        [user(text("When is the tide?")), assistant(search, found, text("At noon.")), user(text("Thanks"))],
        [assistant(text("Bye."))],
      ),
    );
    expect(toolsOf(session)).toMatchObject([{ name: "web_search", providerRun: true }]);
  });

  it("are told by messages, too", () => {
    const { turns } = buildFromMessages({
      source: "messages",
      messages: [
        { role: "user", content: "When is the tide?" },
        { role: "assistant", content: [search, found, { type: "text", text: "At noon." }] },
      ],
    });
    expect(turns[0]).toMatchObject({ assistantContent: "At noon.", replyMessageIndex: 1 });
    expect(turns[0]?.steps).toMatchObject([
      { type: "model_call", content: "At noon." },
      { name: "web_search", arguments: { query: "tide" }, providerRun: true, messageIndex: 1, resultMessageIndex: 1 },
    ]);
  });

  it("do not part the traces of a conversation without an id, as items of their own", () => {
    const ask = (id: number, at: number, input: readonly object[], reply: string) =>
      spanAt(
        { id, trace: id, at },
        {
          "openinference.span.kind": "LLM",
          "input.value": JSON.stringify({ model: "m", input }),
          "output.value": JSON.stringify({ output: answer(reply) }),
        },
      );
    const answer = (reply: string) => [
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
      { type: "web_search_call", id: `ws_${reply}`, action: { query: reply } },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: reply }] },
    ];
    const first = [{ role: "user", content: "one" }];
    const second = [...first, ...answer("1"), { role: "user", content: "two" }];
    const session = build(ask(1, 0, first, "1"), ask(2, 10, second, "2"));
    expect(session.turns.map(({ userContent, assistantContent }) => [userContent, assistantContent])).toEqual([
      ["one", "1"],
      ["two", "2"],
    ]);
    expect(toolsOf(session, 1)).toMatchObject([{ name: "web_search", arguments: { query: "2" } }]);
  });
});

describe("the digest of a turn", () => {
  const turnOf = (parts: readonly object[], output: readonly object[]) =>
    build(call({ id: 1, at: 0 }, [user(...parts)], [assistant(...output)])).turns[0];
  const plain = turnOf([text("hi")], [text("hello")]);

  it("is the one that it had before attachments were read, when there are none", () => {
    const content = ["hi", "hello", null, false, [["model", "hello", null]]];
    expect(plain?.digest).toBe(createHash("sha256").update(canonicalJson(content)).digest("hex"));
  });

  it.each<[string, readonly object[], readonly object[]]>([
    ["an attachment", [text("hi"), picture("AAAA")], [text("hello")]],
    ["a tool of the provider", [text("hi")], [search, text("hello")]],
    ["a thought", [text("hi")], [{ type: "reasoning", content: "hm" }, text("hello")]],
    ["an image of the agent's", [text("hi")], [text("hello"), picture("AAAA")]],
  ])("changes with %s", (_what, parts, output) => {
    expect(turnOf(parts, output)?.digest).not.toBe(plain?.digest);
  });
});

it("a conversation of plain texts has neither attachments nor marks", () => {
  const session = build(chat({ id: 1, at: 0 }, [{ user: "hi" }], { assistant: "hello" }));
  expect(JSON.stringify(session)).not.toMatch(/attachments|providerRun|reasoning"/);
});
