/** The door for recordings, over real HTTP on the whole server, with a scripted speech provider. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { submitResult } from "../api/valuehead-client.ts";
import { startTestServer, temporaryDataDir } from "../support/server.ts";
import {
  type Fields,
  type IntakeServer,
  isOver,
  postJson,
  postVoice,
  said,
  speechKey,
  startIntakeServer,
  submitVoice,
} from "./intake-server.ts";
import { elevenLabsReply, type SpeechReply, wav } from "./speech-server.ts";

const dialogue = [
  ["speaker_0", "Hello, my internet is down."],
  ["speaker_1", "I am sorry to hear that."],
  ["speaker_1", "Please restart it."],
  ["speaker_0", "Thanks."],
] as const;

let server: IntakeServer;
beforeAll(async () => {
  server = await startIntakeServer();
});
afterAll(async () => server.stopAll());

describe("POST /api/v1/traces/voice", () => {
  it("VH-3 transcribes a recording and judges it", async () => {
    const asked = server.answering(() => elevenLabsReply(dialogue));
    const file = wav(3_000_000);
    const fields = {
      metadata: '{"call":7}',
      human_speaker: "",
      speakers_expected: "2",
      instructions: "be fair",
      evaluate_safety: "true",
    };
    const result = await submitVoice(server, fields, file);
    expect(result).toMatchObject({
      status: "pending",
      transcript_preview:
        "User: Hello, my internet is down.\nAssistant: I am sorry to hear that. Please restart it.\nUser: Thanks.",
    });
    const session = await server.waitForSession(result.session_id);
    expect(session).toMatchObject({
      source: "voice",
      metadata: { call: 7 },
      transcript: { parser: "rules", language: "eng" },
    });
    const request = asked()[0];
    expect(request?.path).toBe("/v1/speech-to-text");
    expect(request?.headers["xi-api-key"]).toBe(speechKey);
    expect(Object.fromEntries(request?.fields ?? [])).toEqual({
      model_id: "scribe_v1",
      diarize: "true",
      timestamps_granularity: "word",
      tag_audio_events: "false",
      num_speakers: "2",
    });
    expect([request?.fileName, request?.fileType, request?.file.equals(file)]).toEqual([
      "recording.wav",
      "audio/wav",
      true,
    ]);
  });

  it("VH-3 deletes the recording once it was transcribed", async () => {
    server.answering(() => elevenLabsReply(dialogue));
    const { session_id } = await submitVoice(server);
    await server.waitForSession(session_id);
    expect(await server.store.intakes.read({ project: "default", id: session_id })).toMatchObject({ isDone: true });
    expect(await server.store.intakes.read({ project: "default", id: session_id })).not.toHaveProperty("recording");
  });

  it("VH-3 takes 0 as a number of speakers that is not known", async () => {
    const asked = server.answering(() => elevenLabsReply(dialogue));
    await submitVoice(server, { speakers_expected: "0" });
    expect(asked()[0]?.fields.has("num_speakers")).toBe(false);
  });

  it.each<[string, Fields, string]>([
    ["the first speaker, when nobody says otherwise", {}, "speaker_0"],
    ["the one that human_speaker names by its label", { human_speaker: "speaker_1" }, "speaker_1"],
    ["the one that human_speaker names by its number", { human_speaker: "2" }, "speaker_1"],
    ["the other one, when the assistant speaks first", { first_speaker_role: "assistant" }, "speaker_1"],
  ])("VH-26 maps speakers: the user is %s", async (_name, fields, label) => {
    server.answering(() => elevenLabsReply(dialogue));
    const { session_id } = await submitVoice(server, fields);
    const { transcript } = await server.waitForSession(session_id);
    expect(transcript?.speakers.filter(({ role }) => role === "user")).toEqual([{ label, role: "user" }]);
  });

  it("VH-26 takes further speakers as the assistant, and names users where there are several", async () => {
    const three = [
      ["a", "one"],
      ["b", "two"],
      ["c", "three"],
      ["a", "four"],
      ["c", "five"],
    ] as const;
    server.answering(() => elevenLabsReply(three));
    const [one, two] = [await submitVoice(server), await submitVoice(server, { human_speaker: "a,c" })];
    expect(said(await server.waitForSession(one.session_id))).toEqual([
      ["one", "b: two\nc: three"],
      ["four", "five"],
    ]);
    await server.waitForSession(two.session_id);
    const { messages } = await server.store.readFacts({ project: "default", id: two.session_id });
    expect(messages).toEqual([
      { role: "user", content: "one", name: "a" },
      { role: "assistant", content: "two" },
      { role: "user", content: "c: three\na: four\nc: five" },
    ]);
  });

  it("VH-26 says so when only one speaker was heard", async () => {
    server.answering(() => elevenLabsReply([[null, "hello there. how can I help you?"]], "deu"));
    const { session_id } = await submitVoice(server);
    const session = await server.waitForSession(session_id);
    expect(session.transcript).toMatchObject({ parser: "rules", language: "deu" });
    expect(session.transcript?.confidence).toBeLessThan(0.5);
    expect(session.transcript?.notes[0]).toContain("told no two speakers apart");
    expect(session.turns[0]?.flags).toEqual(["guessed_speakers"]);
  });

  it("VH-3 refuses recordings while no speech provider is configured, and says which setting is missing", async () => {
    const plain = await startTestServer();
    const response = await postVoice(plain, {});
    await plain.stop();
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "speech_off",
      detail: expect.stringContaining("TURNWISE_ELEVENLABS_API_KEY") as string,
    });
  });

  it.each<[string, SpeechReply, RegExp]>([
    [
      "a wrong key",
      { status: 401, body: { detail: { status: "invalid_api_key", message: "Invalid API key" } } },
      /401.*TURNWISE_ELEVENLABS_API_KEY/,
    ],
    [
      "no credit",
      { status: 401, body: { detail: { status: "quota_exceeded", message: "This exceeds your quota" } } },
      /nothing left/,
    ],
    ["a bill", { status: 402, body: {} }, /wants to be paid/],
    ["a wrong address", { status: 404, body: "not here" }, /base_url/],
    ["a file that is too large for it", { status: 413, body: { detail: "too large" } }, /413/],
    ["a file that it cannot read", { status: 400, body: { detail: { message: "invalid audio" } } }, /invalid audio/],
    ["silence", elevenLabsReply([]), /no speech was found/],
  ])("VH-3 fails a session with a reason for %s", async (_name, reply, reason) => {
    const asked = server.answering(() => reply);
    const result = await submitVoice(server);
    expect(result).toMatchObject({ status: "failed", transcript_preview: null });
    const session = await server.waitForSession(result.session_id, isOver);
    expect([session.status, session.turns]).toEqual(["failed", []]);
    expect(session.error).toMatch(reason);
    expect(session.error).not.toContain("el-key");
    expect(asked().length).toBe(1);
  });

  it("VH-3 transcribes again when the session's judgement is asked for after someone has acted", async () => {
    let isMended = false;
    server.answering(() => (isMended ? elevenLabsReply(dialogue) : { status: 401 }));
    const { session_id } = await submitVoice(server);
    await server.waitForSession(session_id, isOver);
    isMended = true;
    await postJson(server, `/sessions/${session_id}/judge`, {});
    expect(said(await server.waitForSession(session_id))[0]).toEqual([
      "Hello, my internet is down.",
      "I am sorry to hear that. Please restart it.",
    ]);
  });
});

describe("a speech provider that fails and may recover", () => {
  it("VH-3 is asked again, whatever it fails with", { timeout: 60_000 }, async () => {
    // Known apart by how many speakers are expected.
    const replies = new Map<string, SpeechReply>([
      ["2", { status: 500, body: "oops" }],
      ["3", { status: 429, headers: { "retry-after": "1" }, body: {} }],
      ["4", { body: '{"language_code":"eng","words":[{"te' }],
      ["5", { body: { words: "none" } }],
      ["6", { hangs: true }],
    ]);
    const expected = [...replies.keys()];
    const asked = server.answering(({ fields }) => {
      const speakers = fields.get("num_speakers") ?? "";
      const reply = replies.get(speakers);
      replies.delete(speakers);
      return reply ?? elevenLabsReply(dialogue);
    });
    const submitted = await Promise.all(
      expected.map(async (speakers) => submitVoice(server, { speakers_expected: speakers })),
    );
    const sessions = await Promise.all(submitted.map(async ({ session_id }) => waitLong(session_id)));
    expect(sessions.map((session) => said(session).length)).toEqual(expected.map(() => 2));
    const tries = asked().map(({ fields }) => fields.get("num_speakers") ?? "");
    expect(tries.toSorted()).toEqual(expected.flatMap((speakers) => [speakers, speakers]));
  });

  /** The first wait before another try is 5 s. */
  async function waitLong(id: string) {
    await server.waitForSession(id, ({ status }) => status !== "running").catch(() => undefined);
    return server.waitForSession(id);
  }

  it("VH-3 goes on with a recording after the server was stopped in the middle", { timeout: 60_000 }, async () => {
    const dataDir = temporaryDataDir();
    const before = await startIntakeServer({ dataDir });
    before.answering(() => ({ hangs: true }));
    const submitting = submitVoice(before).catch(() => undefined);
    await expect.poll(async () => (await before.sessions()).length, { timeout: 10_000 }).toBe(1);
    const [session] = await before.sessions();
    await before.stopAll();
    await submitting;
    const after = await startIntakeServer({ dataDir });
    after.answering(() => elevenLabsReply(dialogue));
    expect(said(await after.waitForSession(session?.id ?? ""))).toHaveLength(2);
    await after.stopAll();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

describe("any endpoint with OpenAI's /audio/transcriptions", () => {
  let other: IntakeServer;
  beforeAll(async () => {
    other = await startIntakeServer({ provider: "openai" });
  });
  afterAll(async () => other.stopAll());

  it("VH-3 is asked for speakers, and for less when it refuses that form", async () => {
    const asked = other.answering(({ fields }) =>
      fields.get("response_format") === "diarized_json"
        ? { status: 400, body: { error: { message: "unsupported", param: "response_format" } } }
        : {
            body: {
              language: "english",
              text: "Agent: hello. Customer: hi.",
              segments: [{ text: "Agent: hello." }, { text: "Customer: hi." }],
            },
          },
    );
    const { session_id } = await submitVoice(other);
    const session = await other.waitForSession(session_id);
    expect(asked().map(({ path, fields }) => [path, fields.get("response_format")])).toEqual([
      ["/audio/transcriptions", "diarized_json"],
      ["/audio/transcriptions", "verbose_json"],
    ]);
    expect(asked()[0]?.headers["authorization"]).toBe(`Bearer ${speechKey}`);
    expect(session.transcript).toMatchObject({ language: "english" });
    expect(said(session)).toEqual([["hi.", null]]);
  });

  it("VH-26 takes its speakers as those of any provider", async () => {
    const segments = [
      { speaker: "A", text: "My phone is broken." },
      { speaker: "B", text: "Let me look." },
    ];
    other.answering(() => ({ body: { text: "", segments } }));
    const { session_id } = await submitVoice(other, { human_speaker: "A" });
    expect(said(await other.waitForSession(session_id))).toEqual([["My phone is broken.", "Let me look."]]);
  });
});

/** One request as it is written, so that it can be wrong in every way. */
async function postRaw(body: Buffer | string, headers: Fields, endsEarly = false) {
  const { port } = new URL(server.apiUrl);
  return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path: "/api/v1/traces/voice", method: "POST", headers });
    call.on("error", reject);
    call.on("response", (response) => {
      void textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }),
        reject,
      );
    });
    call.write(body);
    if (endsEarly) setTimeout(() => call.destroy(), 200);
    else call.end();
  });
}

const multipart = "multipart/form-data; boundary=xx";
const part = (name: string, value: string | Buffer, fileName?: string) =>
  Buffer.concat([
    Buffer.from(
      `--xx\r\ncontent-disposition: form-data; name="${name}"${fileName === undefined ? "" : `; filename="${fileName}"`}\r\n\r\n`,
    ),
    Buffer.from(value),
    Buffer.from("\r\n"),
  ]);
const form = (...parts: readonly Buffer[]) => Buffer.concat([...parts, Buffer.from("--xx--\r\n")]);
const sound = part("file", wav(), "a.wav");

/** Recordings of sessions that failed for something that can be mended are kept. */
async function slicesLeft(): Promise<number> {
  const db = new Database(join(server.dataDir, "turnwise.db"), { readonly: true });
  const count = db.prepare<[], number>("SELECT count(*) FROM intake_slices").pluck().get();
  db.close();
  return count ?? -1;
}

describe("a form that is wrong", () => {
  const long = "x".repeat(1_100_000);
  it.each<[string, Buffer | string, number, string, string]>([
    ["no file", form(part("metadata", "{}")), 400, "invalid_request", '"file": is missing'],
    ["two files", form(sound, sound), 400, "invalid_request", '"file": is given more than once'],
    ["an unknown field", form(part("judge", "me"), sound), 400, "invalid_request", "judge"],
    ["an unknown field behind the file", form(sound, part("judge", "me")), 400, "invalid_request", "judge"],
    [
      "a field twice",
      form(part("language", "en"), part("language", "en"), sound),
      400,
      "invalid_request",
      '"language": is given more than once',
    ],
    ["a field that is too long", form(part("instructions", long), sound), 400, "invalid_request", '"instructions"'],
    ["metadata that is no JSON", form(part("metadata", "{"), sound), 400, "invalid_request", "metadata"],
    ["metadata that is a list", form(sound, part("metadata", "[]")), 400, "invalid_request", "metadata"],
    [
      "a number that is none",
      form(part("speakers_expected", "two"), sound),
      400,
      "invalid_request",
      "speakers_expected",
    ],
    [
      "a role that is none",
      form(part("first_speaker_role", "agent"), sound),
      400,
      "invalid_request",
      "first_speaker_role",
    ],
    [
      "a word that is neither true nor false",
      form(part("evaluate_safety", "yes"), sound),
      400,
      "invalid_request",
      "evaluate_safety",
    ],
    ["an empty file", form(part("file", "", "a.wav")), 422, "empty_recording", "empty"],
    ["a text as a file", form(part("file", "Hello, this is no sound at all.", "a.wav")), 422, "not_audio", "container"],
    ["a tiny file", form(part("file", "RI", "a.wav")), 422, "not_audio", "container"],
    ["a file that is too large", form(part("file", wav(5_000_000), "a.wav")), 413, "recording_too_large", "4 MiB"],
    [
      "a file of declared length that is far too large",
      form(part("file", wav(9_000_000), "a.wav")),
      413,
      "recording_too_large",
      "4 MiB",
    ],
    ["no end", Buffer.concat([sound]), 400, "invalid_request", "ended early"],
    ["half a file", sound.subarray(0, 5000), 400, "invalid_request", "ended early"],
    ["nothing", "", 400, "invalid_request", "ended early"],
  ])("VH-3 is refused, and nothing of it is kept: %s", async (_name, body, status, code, detail) => {
    const [before, slices] = [await server.sessions(), await slicesLeft()];
    const answer = await postRaw(body, { "content-type": multipart, "content-length": String(body.length) });
    expect(answer).toMatchObject({ status, body: { code, detail: expect.stringContaining(detail) as string } });
    expect(await server.sessions()).toEqual(before);
    expect(await slicesLeft()).toBe(slices);
  });

  it.each<[string, Fields, number]>([
    ["JSON", { "content-type": "application/json" }, 415],
    ["a form without a boundary", { "content-type": "multipart/form-data" }, 400],
    ["nothing declared", {}, 415],
  ])("VH-3 is refused for its content type: %s", async (_name, headers, status) => {
    expect(await postRaw(form(sound), headers)).toMatchObject({ status });
  });

  it("VH-3 leaves nothing behind when the sender goes away in the middle", async () => {
    const [before, slices] = [await server.sessions(), await slicesLeft()];
    const headers = { "content-type": multipart, "content-length": "3000000" };
    await expect(postRaw(part("file", wav(2_500_000), "a.wav"), headers, true)).rejects.toThrow(
      /socket|ECONNRESET|hang up/,
    );
    await expect.poll(slicesLeft, { timeout: 5000 }).toBe(slices);
    expect(await server.sessions()).toEqual(before);
  });

  it("VH-3 takes fields before and behind the file, and bytes as slowly as they come", async () => {
    server.answering(() => elevenLabsReply(dialogue));
    const body = form(part("metadata", '{"a":1}'), sound, part("human_speaker", "2"));
    const { port } = new URL(server.apiUrl);
    const headers = { "content-type": multipart, "content-length": String(body.length) };
    const call = request({ host: "127.0.0.1", port, path: "/api/v1/traces/voice", method: "POST", headers });
    const answered = once(call, "response") as Promise<[IncomingMessage]>;
    for (let at = 0; at < body.length; at += 4000) {
      call.write(body.subarray(at, at + 4000));
      await sleep(10);
    }
    call.end();
    const [response] = await answered;
    const result = submitResult.parse(JSON.parse(await textOf(response)));
    const session = await server.waitForSession(result.session_id);
    expect([session.metadata, session.transcript?.speakers.find(({ role }) => role === "user")?.label]).toEqual([
      { a: 1 },
      "speaker_1",
    ]);
  });

  it("creates one session for one idempotency key, and keeps one recording", async () => {
    server.answering(() => elevenLabsReply(dialogue));
    const [before, slices] = [await server.sessions(), await slicesLeft()];
    const key = { "idempotency-key": "v1" };
    const answers = [
      await postVoice(server, {}, wav(), key),
      await postVoice(server, {}, wav(), key),
      await postVoice(server, {}, wav(20_000), key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 422]);
    expect(await server.sessions()).toHaveLength(before.length + 1);
    await expect.poll(slicesLeft).toBe(slices);
  });
});
