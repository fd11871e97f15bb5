/** Sessions out of OTLP files, without a server. */
import { readFile } from "node:fs/promises";
import { readListPrices } from "./cost/read-price-file.ts";
import type { BuiltSession } from "./model/session.ts";
import type { LogRecord } from "./model/span.ts";
import { encodeLogRecord } from "./otlp/encode-records.ts";
import { readOtlpFile } from "./otlp-file.ts";
import type { OtlpRequest } from "./otlp-file.ts";
import { buildSessions } from "./session/build-sessions.ts";
import type { SpanFacts } from "./session/span-facts.ts";

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

/** The requests in the order of their arrival; those delivered again add nothing. */
export function factsOfRequests(requests: readonly OtlpRequest[]): SpanFacts {
  return {
    spans: requests.flatMap(({ spans }) => spans),
    logRecords: withoutRedelivery(requests.map(({ logRecords }) => logRecords)),
  };
}

/** A record's identity is all its fields: what an earlier request had already is left out, once for each time it had it. */
function withoutRedelivery(requests: readonly (readonly LogRecord[])[]): readonly LogRecord[] {
  const delivered = new Map<string, number>();
  return requests.flatMap((records) => {
    const met = new Map<string, number>();
    return records.filter((record) => {
      const key = Buffer.from(encodeLogRecord(record)).toString("base64");
      const count = (met.get(key) ?? 0) + 1;
      met.set(key, count);
      if (count <= (delivered.get(key) ?? 0)) return false;
      delivered.set(key, count);
      return true;
    });
  });
}
