/** The door for transcripts, over real HTTP on the whole server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedModel, type ScriptedReply, type ScriptedRequest } from "../../examples/scripted-model.mjs";
import { type IntakeServer, postJson, said, startIntakeServer, submitText } from "./intake-server.ts";

describe("POST /api/v1/traces/text", () => {
  let server: IntakeServer;
  beforeAll(async () => {
    server = await startIntakeServer();
  });
  afterAll(async () => server.stopAll());

  it("VH-2 turns a transcript into judged turns and shows how it begins", async () => {
    const text =
      "Customer: Where is my order?\nAgent: It left yesterday.\nIt arrives tomorrow.\nCustomer: Thanks!\nAgent: You are welcome.";
    const result = await submitText(server, { text, metadata: { source: "chat" } });
    expect(result).toMatchObject({
      status: "pending",
      transcript_preview:
        "User: Where is my order?\nAssistant: It left yesterday.\nIt arrives tomorrow.\nUser: Thanks!\nAssistant: You are welcome.",
    });
    const session = await server.waitForSession(result.session_id);
    expect(session).toMatchObject({
      source: "text",
      metadata: { source: "chat" },
      transcript: {
        parser: "rules",
        confidence: 0.99,
        language: null,
        speakers: [
          { label: "Customer", role: "user" },
          { label: "Agent", role: "assistant" },
        ],
      },
    });
    expect(said(session)).toEqual([
      ["Where is my order?", "It left yesterday.\nIt arrives tomorrow."],
      ["Thanks!", "You are welcome."],
    ]);
    expect(session.turns.map(({ flags }) => flags)).toEqual([[], []]);
  });

  it("VH-2 lets first_speaker_role and context say who the user is", async () => {
    const text = "Ann: Good morning.\nBob: Good morning.\nAnn: So.\nBob: Yes.";
    const ids = [
      await submitText(server, { text, first_speaker_role: "assistant" }),
      await submitText(server, { text, context: "Bob is the customer, Ann works here" }),
      await submitText(server, { text, first_speaker_role: "user" }),
    ];
    const sessions = await Promise.all(ids.map(async ({ session_id }) => server.waitForSession(session_id)));
    expect(sessions.map((session) => session.turns[0]?.user_content)).toEqual([
      "Good morning.",
      "Good morning.",
      "Good morning.",
    ]);
    expect(sessions.map(({ transcript }) => transcript?.speakers.find(({ role }) => role === "user")?.label)).toEqual([
      "Bob",
      "Bob",
      "Ann",
    ]);
  });

  it("VH-2 marks turns whose speakers are a guess", async () => {
    const { session_id } = await submitText(server, { text: "Ann: blue.\nBob: green.\nAnn: red." });
    const { turns, transcript } = await server.waitForSession(session_id);
    expect(transcript?.confidence).toBeLessThan(0.6);
    expect(turns.map(({ flags }) => flags)).toEqual([["guessed_speakers"], ["guessed_speakers"]]);
  });

  it.each([
    [{}, "text"],
    [{ text: "" }, "text"],
    [{ text: " \n " }, "text"],
    [{ text: 5 }, "text"],
    [{ text: "a", context: 5 }, "context"],
    [{ text: "a", first_speaker_role: "agent" }, "first_speaker_role"],
    [{ text: "a", format: "pdf" }, "format"],
    [{ text: "a", metadata: [] }, "metadata"],
    [{ text: "a", instructions: "x".repeat(20_001) }, "instructions"],
    [{ text: "a", evaluate_safety: "yes" }, "evaluate_safety"],
    [{ text: "a", messages: [] }, "messages"],
  ])("VH-2 refuses it and stores nothing, case %#: %2$s", async (body, field) => {
    const before = await server.sessions();
    const response = await postJson(server, "/traces/text", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringContaining(field) as string,
    });
    expect(await server.sessions()).toEqual(before);
  });

  it("VH-19, VH-20 keep instructions and the safety wish of a transcript", async () => {
    const { session_id } = await submitText(server, {
      text: "User: a\nBot: b",
      instructions: "be strict",
      evaluate_safety: true,
    });
    await server.waitForSession(session_id);
    const judged = await server.store.getSession({ project: "default", id: session_id });
    expect(judged?.session.judging).toEqual({ instructions: "be strict", evaluateSafety: true });
  });

  it("creates one session for one idempotency key", async () => {
    const post = (text: string) => postJson(server, "/traces/text", { text }, { "idempotency-key": "k1" });
    const before = await server.sessions();
    const [first, again, other] = [await post("User: a\nBot: b"), await post("User: a\nBot: b"), await post("User: c")];
    expect([first.status, again.status, again.headers.get("idempotency-replayed"), other.status]).toEqual([
      201,
      201,
      "true",
      422,
    ]);
    expect(await server.sessions()).toHaveLength(before.length + 1);
  });
});

describe("a language model for transcripts", () => {
  let answer: (request: ScriptedRequest) => ScriptedReply = () => ({ status: 500 });
  let model: Awaited<ReturnType<typeof startScriptedModel>>;
  let server: IntakeServer;
  beforeAll(async () => {
    model = await startScriptedModel((request) => answer(request));
    const edit = (yaml: string) =>
      yaml
        .replace(/(transcripts:[\s\S]*?api_key: )"[^"]*"/, "$1sk-test-12345678")
        .replace(/(transcripts:[\s\S]*?base_url: )"[^"]*"/, `$1"${model.url}"`)
        .replace("judges: [rules, llm]", "judges: [rules]");
    server = await startIntakeServer({ edit });
  });
  afterAll(async () => {
    await server.stopAll();
    await model.close();
  });

  it("VH-2 is asked for line numbers only, and what it says decides", async () => {
    const verdict = {
      language: "en",
      segments: [
        { first_line: 1, last_line: 1, role: "nobody", speaker: null },
        { first_line: 2, last_line: 2, role: "assistant", speaker: "Ann" },
        { first_line: 3, last_line: 4, role: "user", speaker: "Bob" },
      ],
      certainty: 0.9,
    };
    answer = () => ({ message: { content: JSON.stringify(verdict) } });
    const from = model.requests.length;
    const { session_id } = await submitText(server, {
      text: "Call of Monday\nAnn: What is it?\nBob: My phone.\nIt is broken.",
    });
    const session = await server.waitForSession(session_id);
    expect(session.transcript).toMatchObject({ parser: "llm", confidence: 0.9, language: "en" });
    expect(said(session)).toEqual([["My phone.\nIt is broken.", null]]);
    expect(model.requests).toHaveLength(from + 1);
    expect(JSON.stringify(model.requests[from]?.body)).toContain("BEGIN UNTRUSTED DATA");
  });

  it("VH-2 cannot add or change a word: an answer that leaves lines out is not taken, and the rules read the text", async () => {
    const verdict = {
      language: "en",
      segments: [{ first_line: 1, last_line: 1, role: "user", speaker: null }],
      certainty: 1,
    };
    answer = () => ({ message: { content: JSON.stringify(verdict) } });
    const { session_id } = await submitText(server, { text: "User: a\nBot: b" });
    const session = await server.waitForSession(session_id);
    expect(session.transcript).toMatchObject({ parser: "rules", confidence: 0.99 });
    expect(session.transcript?.notes[0]).toContain("invalid_answer");
    expect(said(session)).toEqual([["a", "b"]]);
  });

  it("is not asked about what programs have written", async () => {
    answer = () => ({ status: 500 });
    const from = model.requests.length;
    const text = JSON.stringify([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ]);
    const { session_id } = await submitText(server, { text });
    expect(said(await server.waitForSession(session_id))).toEqual([["a", "b"]]);
    expect(model.requests).toHaveLength(from);
  });
});
