/** A run is asked for again under its idempotency key, because its sender does not know whether it was started. */
import type { EvaluationStore } from "../../component/evaluations.ts";
import type { IdempotencyKey } from "../../component/idempotency-key.ts";
import type { EvaluationRun } from "../../model/evaluation.ts";
import { RefusedError } from "../../model/errors.ts";
import type { JsonValue } from "../../model/session.ts";
import { canonicalJson } from "../../session/canonical-json.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { ApiContext, Call } from "../route.ts";
import { requireShallow } from "../submission.ts";

/** What is asked for, but not how long its sender waits, nor with whose key models are asked. Throws 400 for a wrong key. */
export function runKeyOf(
  call: Pick<Call, "headers" | "query">,
  body: object,
  { redactors = [] }: Pick<ApiContext, "redactors">,
): IdempotencyKey | undefined {
  if (call.headers["idempotency-key"] === undefined) return undefined;
  const asked = [call.query, { ...body, mode: undefined, wait: undefined, openai_api_key: undefined }];
  requireShallow(asked);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as JSON writes it, also the times of a query
  const text = canonicalJson(JSON.parse(JSON.stringify(asked, withMaps)) as JsonValue);
  return idempotencyOf(
    call,
    redactors.reduce((left, redactor) => redactor.text(left), text),
  );
}

/** Those of `metadata.KEY` parameters. */
const withMaps = (_key: string, value: unknown): unknown => (value instanceof Map ? Array.from(value) : value);

/** The run that was started under this key. Throws a RefusedError when that was for another request. */
export async function findRepeated(
  evaluations: EvaluationStore,
  project: string,
  { key, digest }: IdempotencyKey,
): Promise<EvaluationRun | undefined> {
  const known = await evaluations.getKeyedRun(project, key);
  if (known === undefined || known.digest === digest) return known?.run;
  throw new RefusedError({
    code: "idempotency_conflict",
    message: "this idempotency key was used for another request; a new request needs a new key",
  });
}
