/** The code of the error by which a metric refuses; fails when there is none, or one without a code. */
import { EvaluationError } from "../../../src/evaluation/evaluation-error.ts";

export function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return codeOf(error);
  }
  throw new Error("nothing was refused");
}

export async function rejectionOf(running: Promise<unknown>): Promise<string> {
  const refused = await running.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (refused === undefined) throw new Error("nothing was refused");
  return codeOf(refused.error);
}

function codeOf(error: unknown): string {
  if (error instanceof EvaluationError) return error.code;
  throw error;
}
