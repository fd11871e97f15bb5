/** A server that is killed while it has texts and recordings in hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { sessionDetailSchema, sessionPageSchema } from "../../src/api/contract.ts";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.mjs";
import { elevenLabsReply, startSpeechServer, wav } from "./speech-server.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-killed-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sessionsOf = async ({ apiUrl }: ServerProcess) =>
  sessionPageSchema.parse(await (await fetch(`${apiUrl}/api/v1/sessions`)).json()).sessions;

it(
  "VH-3 a recording that was being transcribed when the server was killed is transcribed by the next one",
  { timeout: 90_000 },
  async () => {
    let isUp = false;
    const speech = await startSpeechServer(() =>
      isUp
        ? elevenLabsReply([
            ["a", "my phone is broken"],
            ["b", "let me look"],
          ])
        : { hangs: true },
    );
    const config = join(folder, "otel-config.yaml");
    const settings = `speech: { api_key: el-key-12345678, base_url: "${speech.url}" }`;
    writeFileSync(config, readFileSync(packagedConfigPath, "utf8").replace(/speech: \{.*\}/, settings));
    const dataDir = join(folder, "data");

    const killed = await startServerProcess({ dataDir, config });
    const form = new FormData();
    form.append("file", new Blob([new Uint8Array(wav(3_000_000))]), "a.wav");
    const submitting = fetch(`${killed.apiUrl}/api/v1/traces/voice`, { method: "POST", body: form }).catch(
      () => undefined,
    );
    await expect.poll(() => speech.requests.length, { timeout: 30_000 }).toBe(1);
    await killed.stop("SIGKILL");
    await submitting;

    isUp = true;
    const next = await startServerProcess({ dataDir, config });
    const [session] = await sessionsOf(next);
    const read = async () =>
      sessionDetailSchema.parse(await (await fetch(`${next.apiUrl}/api/v1/sessions/${session?.id}`)).json());
    await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe("completed");
    expect((await read()).turns.map((turn) => [turn.user_content, turn.assistant_content])).toEqual([
      ["my phone is broken", "let me look"],
    ]);
    expect(speech.requests.map(({ file }) => file.length)).toEqual([3_000_000, 3_000_000]);
    await next.stop();
    await speech.close();
  },
);
