import { MalformedError } from "../../src/otlp/malformed-error.ts";

/** True when it throws a MalformedError, false when it returns; any other error goes on to the test. */
export function isRefused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof MalformedError) return true;
    throw error;
  }
}
