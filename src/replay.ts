/** Sessions out of OTLP files, without a server. */
import { readFile } from "node:fs/promises";
import { readListPrices } from "./cost/read-price-file.ts";
import type { BuiltSession } from "./model/session.ts";
import { factsOfRequests } from "./otlp/facts-of-requests.ts";
import type { OtlpRequest } from "./otlp/read-request.ts";
import { readOtlpFile } from "./otlp-file.ts";
import { buildSessions } from "./session/build-sessions.ts";

/** Told of each file of which records were left out. `reason`: why the first of them was. */
export type OnLeftOut = (path: string, count: number, reason: string) => void;

/**
 * All files together are one set of facts: a session may be spread over several, in any order. For the formats see
 * readOtlpFile; traces and logs, told apart by content. Rejects when a file cannot be read or is no OTLP, naming the file.
 */
export async function replayFiles(
  paths: readonly string[],
  onLeftOut: OnLeftOut = () => undefined,
): Promise<readonly BuiltSession[]> {
  const requests: OtlpRequest[] = [];
  for (const path of paths) {
    const read = readOtlpFile(path, await readFile(path));
    const leftOut = read.reduce((sum, { rejected }) => sum + rejected, 0);
    if (leftOut > 0) onLeftOut(path, leftOut, read.find(({ reason }) => reason !== undefined)?.reason ?? "unreadable");
    requests.push(...read);
  }
  return buildSessions(factsOfRequests(requests), { prices: [readListPrices()] });
}
