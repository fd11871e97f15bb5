import type { BuiltSession } from "../../../model/session.ts";
import { readSession, type SessionReading } from "./session-reading.ts";

const readings = new WeakMap<BuiltSession, SessionReading>();

/** As readSession. Only saves work: the turns of a session are judged one after the other, by one judge after the other. */
export function readingOf(session: BuiltSession): SessionReading {
  const reading = readings.get(session) ?? readSession(session);
  readings.set(session, reading);
  return reading;
}
