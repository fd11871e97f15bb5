/** What many assertions check. */
import assert from "node:assert/strict";
import type { Answer } from "../support/http-client.ts";
import { httpOutcome, type Outcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { encodeRequest, smallRequest } from "./requests.ts";

export const ACCEPTED: Outcome = { code: 0, message: "", rejected: 0, hasPartialSuccess: false };

/** The signal's small request in the encoding of the cell. */
export function bodyOf({ cell }: Probe, count = 1): Uint8Array {
  return encodeRequest(cell, smallRequest(cell.signal, count));
}

/** The server takes a good request: it lives, and nothing of what came before is left over. */
export async function assertTakes(probe: Probe, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  assert.deepEqual(await probe.export(smallRequest(probe.cell.signal), headers), ACCEPTED);
}

/** What the pipelines were given: nothing left out, nothing twice. Of a server somewhere else only the answers are checked. */
export function assertDelivered(probe: Probe, count: number): void {
  if (probe.server.inner === undefined) return;
  const counts = probe.delivered().map((batch) => batch.count);
  assert.equal(
    counts.reduce((sum, one) => sum + one, 0),
    count,
  );
}

/** The whole of a refusal over HTTP: status, the code of its Status, and the encoding of the request. */
export function assertRefusal(probe: Probe, answer: Answer, httpStatus: number, code: number): void {
  assert.equal(answer.status, httpStatus);
  assert.equal(answer.headers["content-type"], probe.headers["content-type"]);
  const outcome = httpOutcome(probe.cell.signal, answer);
  assert.equal(outcome.code, code);
  assert.notEqual(outcome.message, "");
}
