/** What was built of a session, without its turns, as JSON: what lists show, and what only the session's page shows. */
import type { BuiltSession, SessionSource, ToolDefinition } from "../../model/session.ts";
import type { Transcript } from "../../model/transcript.ts";
import { parseStored } from "./stored-json.ts";

/** Of what users wrote, lists show this much. */
const MAX_EXCERPT_LENGTH = 200;

export interface BuiltHeader extends Omit<BuiltSession, "turns" | "tools" | "systemPrompt" | "transcript" | "digest"> {
  readonly firstUserContent?: string;
  readonly lastAssistantContent?: string;
}

export interface BuiltDetails {
  readonly systemPrompt?: string;
  readonly transcript?: Transcript;
  readonly tools: readonly ToolDefinition[];
}

export function toBuiltJson(built: BuiltSession): { header: string; details: string } {
  const { turns, tools, systemPrompt, transcript, digest: _, ...rest } = built;
  const firstUserContent = turns[0]?.userContent.slice(0, MAX_EXCERPT_LENGTH);
  const lastAssistantContent = turns.at(-1)?.assistantContent?.slice(0, MAX_EXCERPT_LENGTH);
  return {
    header: JSON.stringify({ ...rest, firstUserContent, lastAssistantContent }),
    details: JSON.stringify({ systemPrompt, transcript, tools }),
  };
}

/** Of a session that was never built: what is known before. */
export function emptyHeader(source: SessionSource): BuiltHeader {
  const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
  return { source, models: [], dialects: [], usage };
}

interface HeaderJson extends Omit<BuiltHeader, "startedAt" | "endedAt"> {
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export function parseHeader(json: string): BuiltHeader {
  const { startedAt, endedAt, ...rest } = parseStored<HeaderJson>(json);
  return {
    ...rest,
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
  };
}

export function parseDetails(json: string | null): BuiltDetails {
  return json === null ? { tools: [] } : parseStored<BuiltDetails>(json);
}
