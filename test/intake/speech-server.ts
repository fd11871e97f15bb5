/** A speech provider on this machine: what it is asked is kept, what it answers is a script. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Busboy } from "@fastify/busboy";

export interface SpeechRequest {
  readonly number: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Buffer;
  readonly fileName: string;
  readonly fileType: string;
}

export interface SpeechReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a text as it is. */
  readonly body?: unknown;
  /** Never answers. */
  readonly hangs?: true;
  /** Answers after so many milliseconds. */
  readonly afterMs?: number;
}

export interface SpeechServer {
  readonly url: string;
  readonly requests: readonly SpeechRequest[];
  close(): Promise<void>;
}

export async function startSpeechServer(answer: (request: SpeechRequest) => SpeechReply): Promise<SpeechServer> {
  const requests: SpeechRequest[] = [];
  const server = createServer((request, response) => {
    const fields = new Map<string, string>();
    const chunks: Buffer[] = [];
    let [fileName, fileType] = ["", ""];
    const { "content-type": type = "" } = request.headers;
    const form = new Busboy({ headers: { ...request.headers, "content-type": type } });
    form.on("field", (name, value) => void fields.set(name, value));
    form.on("file", (_name, file, name, _encoding, mediaType) => {
      [fileName, fileType] = [name, mediaType];
      file.on("data", (chunk: Buffer) => void chunks.push(chunk));
    });
    form.on("finish", () => {
      const asked: SpeechRequest = {
        number: requests.length + 1,
        path: request.url ?? "",
        headers: request.headers,
        fields,
        file: Buffer.concat(chunks),
        fileName,
        fileType,
      };
      requests.push(asked);
      send(response, answer(asked));
    });
    form.on("error", () => response.destroy());
    request.pipe(form);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body = {}, hangs, afterMs = 0 }: SpeechReply,
): void {
  if (hangs) return;
  setTimeout(() => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }, afterMs);
}

/** What ElevenLabs answers to a recording in which these speak in turn. */
export function elevenLabsReply(
  spoken: readonly (readonly [speaker: string | null, text: string])[],
  language = "eng",
): SpeechReply {
  const words = spoken.flatMap(([speaker, text]) =>
    text.split(" ").flatMap((word) => [
      { text: word, type: "word", start: 0, end: 0.4, speaker_id: speaker },
      { text: " ", type: "spacing", start: 0.4, end: 0.5, speaker_id: speaker },
    ]),
  );
  return {
    body: {
      language_code: language,
      language_probability: 0.98,
      text: spoken.map(([, text]) => text).join(" "),
      words,
    },
  };
}

/** A second of silence, as a WAV file; larger when more bytes are wanted. */
export function wav(bytes = 16_044): Buffer {
  const data = Buffer.alloc(bytes);
  data.write("RIFF", 0);
  data.writeUInt32LE(bytes - 8, 4);
  data.write("WAVEfmt ", 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(8000, 24);
  data.writeUInt32LE(16_000, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36);
  data.writeUInt32LE(bytes - 44, 40);
  return data;
}
