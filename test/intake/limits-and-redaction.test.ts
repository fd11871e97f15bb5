/** What an account may send, and what is not to be kept of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accountsWith } from "../api/account-caller.ts";
import { ask, startApi } from "../api/api-server.ts";
import { startTakeIn } from "./take-in-harness.ts";
import { type IntakeServer, said, startIntakeServer, submitText, submitVoice } from "./intake-server.ts";
import { elevenLabsReply } from "./speech-server.ts";

describe("VH-22 limits of an account", () => {
  it("refuses a transcript with too many characters at once", async () => {
    const api = await startApi({ authenticator: accountsWith({ maxCharacters: 20 }) });
    const answer = await ask(api, "/api/v1/traces/text", { body: { text: "User: 0123456789\nBot: 0123456789" } });
    await api.close();
    expect([answer.status, answer.json?.code]).toEqual([413, "trace_too_large"]);
  });

  it("refuses a transcript beyond the number of traces", async () => {
    const api = await startApi({ authenticator: accountsWith({ maxTraces: 0 }) });
    const answer = await ask(api, "/api/v1/traces/text", { body: { text: "User: a\nBot: b" } });
    await api.close();
    expect([answer.status, answer.json?.code]).toEqual([429, "trace_limit_reached"]);
  });

  it("fails a session whose recording turns out to hold too many", async () => {
    const harness = await startTakeIn(() =>
      elevenLabsReply([
        ["a", "0123456789"],
        ["b", "0123456789"],
      ]),
    );
    const claim = await harness.create({ maxCharacters: 15 });
    expect(await harness.takeIn(claim, new AbortController().signal)).toEqual({
      status: "failed",
      error: "a trace may hold 15 characters, this one would have 20",
    });
    await harness.close();
  });
});

describe("redaction", () => {
  const secret = "sk-abcdefghijklmnopqrstuvwx";
  const edit = (yaml: string) =>
    yaml
      .replace("exporters:\n  store: {}", "  redaction: { presets: [secrets] }\nexporters:\n  store: {}")
      .replace(
        "processors: [memory_limiter], exporters: [store] }",
        "processors: [memory_limiter, redaction], exporters: [store] }",
      );

  function databaseText({ dataDir }: IntakeServer): string {
    return ["turnwise.db", "turnwise.db-wal"].map((file) => readFileSync(join(dataDir, file), "latin1")).join("");
  }

  it("takes secrets out of a text and of what is kept of it", async () => {
    const server = await startIntakeServer({ edit });
    const { session_id, transcript_preview } = await submitText(server, {
      text: `User: my key is ${secret}\nBot: thanks`,
      context: `the key is ${secret}`,
      instructions: `never say ${secret}`,
      metadata: { key: secret },
    });
    expect(said(await server.waitForSession(session_id))[0]?.[0]).toContain("[REDACTED]");
    expect(transcript_preview).toContain("[REDACTED]");
    const kept = databaseText(server);
    await server.stopAll();
    expect(kept).not.toContain(secret);
  });

  it("takes secrets out of what a recording says", async () => {
    const server = await startIntakeServer({ edit });
    server.answering(() =>
      elevenLabsReply([
        ["a", `it is ${secret} ok`],
        ["b", "thanks"],
      ]),
    );
    const { session_id } = await submitVoice(server);
    expect(said(await server.waitForSession(session_id))).toEqual([["it is [REDACTED] ok", "thanks"]]);
    const kept = databaseText(server);
    await server.stopAll();
    expect(kept).not.toContain(secret);
  });
});
