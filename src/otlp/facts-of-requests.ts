/** The records of several requests as one set of facts. */
import type { LogRecord, Span } from "../model/span.ts";
import { encodeLogRecord } from "./encode-records.ts";
import type { OtlpRequest } from "./read-request.ts";

/** The requests in the order of their arrival; those delivered again add nothing. */
export function factsOfRequests(requests: readonly OtlpRequest[]): {
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
} {
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
