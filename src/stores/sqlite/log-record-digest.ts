import { createHash } from "node:crypto";
import type { SharedNumbers } from "./shared-rows.ts";

/** A record's identity, which is all that it holds; at the same time what tells whether it is still as it was written. */
export function logRecordDigest(body: Uint8Array, { resourceNo, scopeNo }: SharedNumbers): Buffer {
  return createHash("sha256").update(`${resourceNo}|${scopeNo}|`).update(body).digest().subarray(0, 16);
}
