/** Requests that may be sent again without creating anything twice. Source: draft-ietf-httpapi-idempotency-key-header. */
import { createHash } from "node:crypto";
import type { IdempotencyKey } from "../component/idempotency-key.ts";
import type { JsonValue } from "../model/session.ts";
import { canonicalJson } from "../session/canonical-json.ts";
import { ApiError } from "./api-error.ts";
import type { Call } from "./route.ts";

/** `request`: all of what is asked for that matters, redacted, so that nothing else is kept of it; not nested deeply. */
export function idempotencyOf({ headers }: Pick<Call, "headers">, request: JsonValue): IdempotencyKey | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    const detail = 'header "idempotency-key": must have 1 to 255 visible characters of ASCII';
    throw new ApiError(400, "invalid_request", detail);
  }
  return { key, digest: createHash("sha256").update(canonicalJson(request)).digest("hex") };
}

/** Of one part of a request under that key: no key that comes in a header looks like this. */
export const partOf = ({ key, digest }: IdempotencyKey, part: number): IdempotencyKey => ({
  key: `${key}\n${part}`,
  digest,
});

/** Tells the caller that this was the answer to an earlier request. */
export const replayHeaders = (isReplay = false): Readonly<Record<string, string>> =>
  isReplay ? { "idempotency-replayed": "true" } : {};
