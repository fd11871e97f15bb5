import type { SessionDetail } from "@turnwise/client";
import { createRulesJudge } from "./judges/rules.ts";
import { judgeReplayed } from "./judge-replayed.ts";
import { replayFiles } from "./replay.ts";

/**
 * The sessions in OTLP files, judged by the offline rules, without a server and without a model. Rejects when a file cannot be read
 * or is no OTLP.
 */
export async function readSessions(...paths: readonly string[]): Promise<readonly SessionDetail[]> {
  const judge = createRulesJudge("rules", new Set());
  const sessions: SessionDetail[] = [];
  for await (const session of judgeReplayed(await replayFiles(paths), judge)) sessions.push(session);
  return sessions;
}
