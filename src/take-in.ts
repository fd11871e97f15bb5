/** What came as a text or a recording becomes messages: by rules, by a language model, by a speech provider. Runs in the judge thread. */
import type { Intake, IntakeResult } from "./component/intake.ts";
import type { Logger, Telemetry } from "./component/component.ts";
import type { Claim, ReleaseOutcome, Store } from "./component/store.ts";
import type { TakeIn } from "./component/take-in.ts";
import type { ComponentConfig } from "./config/config.ts";
import type { TranscriptsConfig } from "./config/transcripts-schema.ts";
import { createReadRecording } from "./read-recording.ts";
import { createReadText } from "./read-text.ts";
import { createRedactors } from "./message-redactors.ts";
import { JudgeError, PermanentError } from "./model/errors.ts";
import type { Redactor } from "./redaction/redactor.ts";
import { createJudgeRetries } from "./service/judge-retries.ts";
import { LeaseEndedError } from "./service/judge-session.ts";

/** All of it can be sent to another thread. */
export interface TakingOptions {
  readonly transcripts: TranscriptsConfig;
  readonly redactions: readonly ComponentConfig[];
}

export interface TakeInOptions extends TakingOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

export function createTakeIn(options: TakeInOptions): { readonly takeIn: TakeIn; readonly close: () => void } {
  const { store, transcripts, redactions, logger, telemetry } = options;
  const redactors = createRedactors(redactions);
  const retries = createJudgeRetries();
  const readText = createReadText(transcripts.llm);
  const readRecording = createReadRecording(transcripts.speech, store.intakes, readText);

  async function take(claim: Claim, intake: Intake, signal: AbortSignal): Promise<ReleaseOutcome | undefined> {
    const result = await read(intake, signal);
    if (result === "busy") return { status: "pending", retryAt: new Date(Date.now() + busyDelayMs()) };
    const refusal = refusalOf(result, intake);
    if (refusal !== undefined) return refuse(claim, refusal);
    await whileLeased(store.intakes.save(claim, redact(result, redactors)));
    telemetry.count("turnwise_intakes", { source: claim.source, outcome: "read", parser: result.transcript.parser }, 1);
    return undefined;
  }

  async function read({ text, recording, hints }: Intake, signal: AbortSignal): Promise<IntakeResult | "busy"> {
    if (text !== undefined) return readText.read(text, hints, signal);
    if (recording !== undefined) return readRecording.read(recording, hints, signal);
    throw new PermanentError("neither a text nor a recording is there");
  }

  async function refuse(claim: Claim, error: string): Promise<ReleaseOutcome> {
    await whileLeased(store.intakes.refuse(claim, error));
    return { status: "failed", error };
  }

  /** What may pass is tried again; what someone can mend keeps the recording; all else is the end of it. */
  async function fail(claim: Claim, key: string, error: unknown): Promise<ReleaseOutcome> {
    if (error instanceof PermanentError) return refuse(claim, error.message);
    if (!(error instanceof JudgeError)) throw error;
    const { code, retryable, pausesJudge, retryAfterSeconds = 0 } = error;
    const message = `the recording could not be transcribed: ${error.message}`;
    logger.warn({ session: claim.id, code }, "a recording could not be transcribed");
    telemetry.count("turnwise_intake_failures", { source: claim.source, code }, 1);
    if (pausesJudge)
      return { status: "failed", error: `${message}; ${adviceFor(code)}, then ask for the session's judgement` };
    if (!retryable) return refuse(claim, message);
    const retryAt = retries.next(key, retryAfterSeconds * 1000);
    if (retryAt !== undefined) return { status: "pending", error: message, retryAt };
    return { status: "failed", error: `${message}; to try again, ask for the session's judgement` };
  }

  async function takeIn(claim: Claim, signal: AbortSignal): Promise<ReleaseOutcome | undefined> {
    const intake = claim.source === "text" || claim.source === "voice" ? await store.intakes.read(claim) : undefined;
    if (intake === undefined) return undefined;
    if (intake.refusal !== undefined) return { status: "failed", error: intake.refusal };
    if (intake.isDone && (claim.rebuild !== true || intake.text === undefined)) return undefined;
    const key = JSON.stringify([claim.project, claim.id]);
    if (claim.rejudge) retries.forget(key);
    try {
      return await take(claim, intake, signal);
    } catch (error) {
      if (error instanceof LeaseEndedError) throw error;
      signal.throwIfAborted();
      return fail(claim, key, error);
    }
  }

  return {
    takeIn,
    close() {
      readText.close();
      readRecording.close();
    },
  };
}

/** Apart, so that those that wait do not all come again together. */
const busyDelayMs = (): number => 2_000 + Math.random() * 4_000;

async function whileLeased(saving: Promise<boolean>): Promise<void> {
  if (!(await saving)) throw new LeaseEndedError("the lease on the session has ended");
}

/** Why what was read is not to be stored. */
function refusalOf({ messages }: IntakeResult, { recording, hints }: Intake): string | undefined {
  const characters = messages.reduce((sum, { content }) => sum + (typeof content === "string" ? content.length : 0), 0);
  if (characters === 0)
    return recording === undefined ? "nothing is said in the text" : "no speech was found in the recording";
  const { maxCharacters = Number.POSITIVE_INFINITY } = hints;
  return characters > maxCharacters
    ? `a trace may hold ${maxCharacters} characters, this one would have ${characters}`
    : undefined;
}

function redact({ messages, transcript }: IntakeResult, redactors: readonly Redactor[]): IntakeResult {
  const text = (value: string): string => redactors.reduce((redacted, redactor) => redactor.text(redacted), value);
  return {
    messages: messages.map(({ role, content, name }) => ({
      role,
      ...(typeof content === "string" ? { content: text(content) } : {}),
      ...(name === undefined ? {} : { name: text(name) }),
    })),
    transcript: {
      ...transcript,
      speakers: transcript.speakers.map(({ label, role }) => ({ label: text(label), role })),
    },
  };
}

const advices: Readonly<Record<string, string>> = {
  speech_off: "set service.sessions.transcripts.speech.api_key (TURNWISE_ELEVENLABS_API_KEY)",
  unauthorized: "check service.sessions.transcripts.speech.api_key (TURNWISE_ELEVENLABS_API_KEY)",
  forbidden: "check what the key in service.sessions.transcripts.speech may do",
  payment_required: "the speech provider wants to be paid",
  insufficient_quota: "the speech provider's account has nothing left",
  not_found: "check base_url and model in service.sessions.transcripts.speech",
};

function adviceFor(code: string): string {
  return advices[code] ?? "check service.sessions.transcripts.speech";
}
