import type { Claim, ReleaseOutcome } from "./store.ts";

/**
 * Makes messages of what the claimed session came as, unless that is done. Undefined: the session can be built. Otherwise how
 * it is to be let go. Rejects with the signal's reason when that aborts.
 */
export type TakeIn = (claim: Claim, signal: AbortSignal) => Promise<ReleaseOutcome | undefined>;
