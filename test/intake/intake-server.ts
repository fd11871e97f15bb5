/** A whole server with a scripted speech provider, and the ways to send it texts and recordings. */
import { expect } from "vitest";
import type { SessionDetail } from "../../src/api/contract.ts";
import { submitResult } from "../api/valuehead-client.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { type SpeechReply, type SpeechRequest, type SpeechServer, startSpeechServer, wav } from "./speech-server.ts";

export interface IntakeServer extends TestServer {
  /** From now on the provider answers so; returns what tells what it was asked since. */
  answering(answer: (request: SpeechRequest) => SpeechReply): () => readonly SpeechRequest[];
  stopAll(): Promise<void>;
}

export interface IntakeServerOptions {
  readonly provider?: "elevenlabs" | "openai";
  /** Further changes to the text of the packaged configuration. */
  readonly edit?: (yaml: string) => string;
  readonly dataDir?: string;
}

export const speechKey = "el-key-12345678";

export async function startIntakeServer(options: IntakeServerOptions = {}): Promise<IntakeServer> {
  const { provider = "elevenlabs", edit = (yaml) => yaml, dataDir } = options;
  let script: (request: SpeechRequest) => SpeechReply = () => ({ status: 500 });
  const speech: SpeechServer = await startSpeechServer((request) => script(request));
  const settings = `speech: { provider: ${provider}, api_key: ${speechKey}, base_url: "${speech.url}", timeout: 2s }`;
  const server = await startTestServer({
    edit: (yaml) => edit(yaml.replace(/speech: \{.*\}/, settings)),
    env: { TURNWISE_MAX_RECORDING_MB: "4" },
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  return {
    ...server,
    answering(answer) {
      const from = speech.requests.length;
      script = answer;
      return () => speech.requests.slice(from);
    },
    async stopAll() {
      await server.stop();
      await speech.close();
    },
  };
}

export const postJson = (
  server: TestServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) =>
  fetch(`${server.apiUrl}/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export async function submitText(server: TestServer, body: object) {
  const response = await postJson(server, "/traces/text", body);
  const answer: unknown = await response.json();
  expect([response.status, answer]).toMatchObject([201, {}]);
  return submitResult.parse(answer);
}

export type Fields = Readonly<Record<string, string>>;

export function postVoice(
  server: TestServer,
  fields: Fields,
  file: Buffer = wav(),
  headers: Fields = {},
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(file)], { type: "application/octet-stream" }), "call.wav");
  return fetch(`${server.apiUrl}/api/v1/traces/voice`, { method: "POST", body: form, headers });
}

export async function submitVoice(server: TestServer, fields: Fields = {}, file?: Buffer) {
  const response = await postVoice(server, fields, file);
  const answer: unknown = await response.json();
  expect([response.status, answer]).toMatchObject([201, {}]);
  return submitResult.parse(answer);
}

export const isOver = ({ status }: SessionDetail): boolean => status === "completed" || status === "failed";

/** What user and assistant say in each turn. */
export const said = ({ turns }: SessionDetail) =>
  turns.map(({ user_content, assistant_content }) => [user_content, assistant_content]);
