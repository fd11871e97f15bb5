import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuiltSession } from "../../src/model/session.ts";
import { replayFiles } from "../../src/replay.ts";
import type { Collector } from "./start-collector.ts";

/** The sessions that a server would make of what the collector got. */
export async function sessionsOf(collector: Collector): Promise<readonly BuiltSession[]> {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-demo-"));
  const files = collector.requests.map(({ headers, body }, index) => {
    const file = join(folder, `${index}.${headers["content-type"] === "application/json" ? "json" : "pb"}`);
    writeFileSync(file, body);
    return file;
  });
  const sessions = await replayFiles(files);
  rmSync(folder, { recursive: true });
  return sessions;
}

/** A session in short: for each turn what was said, and the tools as `name arguments -> result or error`. */
export const inShort = ({ turns }: BuiltSession): unknown[] =>
  turns.map(({ userContent, assistantContent, steps, aborted, error }) => ({
    user: userContent,
    reply: assistantContent,
    ...(aborted && { aborted }),
    ...(error !== undefined && { error }),
    tools: steps.flatMap((step) =>
      step.type === "tool_call" ? [[step.name, step.arguments, step.error ?? step.result]] : [],
    ),
  }));
