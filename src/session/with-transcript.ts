import type { BuiltSession } from "../model/session.ts";
import { LOW_CONFIDENCE, type Transcript } from "../model/transcript.ts";

/** The session with how its messages came to be; when that is hardly more than a guess, each turn says so. */
export function withTranscript(built: BuiltSession, transcript: Transcript | undefined): BuiltSession {
  if (transcript === undefined) return built;
  if (transcript.confidence >= LOW_CONFIDENCE) return { ...built, transcript };
  const turns = built.turns.map((turn) => ({ ...turn, flags: [...turn.flags, "guessed_speakers" as const] }));
  return { ...built, turns, transcript };
}
