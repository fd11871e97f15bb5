import { announceOnce } from "./announce.ts";

/**
 * Runs our own code inside somebody else's call. Whatever goes wrong is said once on stderr and then forgotten: an
 * observer must never break what it observes.
 */
export function safely<T>(observe: () => T): T | undefined {
  try {
    return observe();
  } catch (error) {
    announceOnce("internal-error", `internal error, some spans may be incomplete: ${String(error)}`);
    return undefined;
  }
}
