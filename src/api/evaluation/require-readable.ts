import type { EvaluationRun } from "../../model/evaluation.ts";
import { ApiError } from "../api-error.ts";

/** What is computed of all items of a run takes memory and time that others wait for. */
const MOST_ITEMS = 100_000;

/** Throws 400 for a run of which not all items can be looked at together. */
export function requireReadable({ id, totalItems }: Pick<EvaluationRun, "id" | "totalItems">): void {
  if (totalItems <= MOST_ITEMS) return;
  const detail = `the run ${id} has ${totalItems} items; this is computed of runs with up to ${MOST_ITEMS}`;
  throw new ApiError(400, "invalid_request", detail);
}
