/** The step that makes messages of recordings, on a real store and without the rest of the server. */
import type { TakeIn } from "../../src/component/take-in.ts";
import type { Claim, Store } from "../../src/component/store.ts";
import { transcriptsSchema } from "../../src/config/transcripts-schema.ts";
import type { TranscriptHints } from "../../src/model/transcript.ts";
import { createTakeIn } from "../../src/take-in.ts";
import { openStore } from "../api/open-store.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { type SpeechReply, type SpeechRequest, type SpeechServer, startSpeechServer, wav } from "./speech-server.ts";

export interface TakeInHarness {
  readonly store: Store;
  readonly speech: SpeechServer;
  readonly takeIn: TakeIn;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** A recording that was received, as it is claimed. */
  create(hints?: TranscriptHints): Promise<Claim>;
  claim(): Promise<Claim>;
  close(): Promise<void>;
}

export async function startTakeIn(
  answer: (request: SpeechRequest) => SpeechReply,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TakeInHarness> {
  const speech = await startSpeechServer(answer);
  const { store, close } = await openStore();
  const logger = recordingLogger();
  const transcripts = transcriptsSchema.parse({
    speech: { api_key: "el-key-12345678", base_url: speech.url, timeout: "2s", ...settings },
  });
  const taking = createTakeIn({ store, transcripts, redactions: [], logger, telemetry: { count() {}, gauge() {} } });

  async function claim(): Promise<Claim> {
    const [claimed] = await store.claimSessions({ worker: "test", limit: 1, leaseMs: 60_000, idleMs: 0 });
    if (claimed === undefined) throw new Error("no session waits");
    return claimed;
  }

  return {
    store,
    speech,
    takeIn: taking.takeIn,
    logger,
    claim,
    async create(hints = {}) {
      const bytes = wav();
      const written = await store.intakes.writeRecording(
        (async function* () {
          yield bytes;
        })(),
      );
      await store.createMessageSession({
        project: "default",
        source: "voice",
        messages: [],
        intake: { kind: "recording", hints, recording: { ...written, mediaType: "audio/wav" } },
        metadata: {},
        judging: { evaluateSafety: false },
        open: false,
      });
      return claim();
    },
    async close() {
      taking.close();
      await close();
      await speech.close();
    },
  };
}
