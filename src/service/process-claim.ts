/** All that happens to one session while it is held: built, saved, joined where it belongs, judged, let go. */
import type { TakeIn } from "../component/take-in.ts";
import type { Claim, ReleaseOutcome } from "../component/store.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import { evaluateSession, type EvaluatingContext } from "./evaluate-session.ts";
import { judgeSession, LeaseEndedError, type JudgingContext } from "./judge-session.ts";
import { holdLease } from "./lease.ts";
import { callPartsIn, findSessionToJoin } from "./find-session-to-join.ts";
import { type KeptSessions, SessionTooLargeError } from "./kept-sessions.ts";

export interface ClaimContext extends JudgingContext, EvaluatingContext {
  readonly leaseMs: number;
  readonly kept: KeptSessions;
  readonly reading?: ReadOptions;
  readonly takeIn?: TakeIn;
  /** Called when the session is built and saved: what follows is waiting for judges. */
  readonly onBuilt?: () => void;
}

/** So often a session may end whoever takes it (by its size, say) before it is left alone, so that the others get their turn. */
const maximumAttempts = 3;

/** Never rejects. `stopping` gives the session up: its lease runs out, and whoever takes it next goes on from what is saved. */
export async function processClaim(claim: Claim, stopping: AbortSignal, context: ClaimContext): Promise<void> {
  const { store, telemetry, logger } = context;
  if (claim.attempts > maximumAttempts) return giveUp(claim, context);
  const { leaseMs } = context;
  const renew = (): Promise<boolean> => store.renewClaim(claim, leaseMs);
  const lease = holdLease({ renew, leaseMs, stopping, logger, fields: { session: claim.id } });
  try {
    const outcome = await deriveAndJudge(claim, lease.signal, context);
    if (outcome === undefined) return;
    await store.releaseClaim(claim, outcome);
    telemetry.count("turnwise_sessions_processed", { outcome: outcome.status }, 1);
  } catch (error) {
    if (lease.signal.aborted || error instanceof LeaseEndedError) return;
    if (error instanceof SessionTooLargeError) return await giveUpTooLarge(claim, error, context);
    logger.error({ err: error, session: claim.id }, "building or judging a session failed");
    telemetry.count("turnwise_sessions_processed", { outcome: "error" }, 1);
    await releaseFailed(claim, context);
  } finally {
    lease.end();
  }
}

/** Undefined when there is nothing to let go: the session became part of another, or the lease has ended. */
async function deriveAndJudge(
  claim: Claim,
  signal: AbortSignal,
  context: ClaimContext,
): Promise<ReleaseOutcome | undefined> {
  const { store, kept } = context;
  const unfinished = await context.takeIn?.(claim, signal);
  if (unfinished !== undefined) return unfinished;
  const derived = await kept.derive(claim);
  signal.throwIfAborted();
  const { built, links, before } = derived;
  const revision = await store.saveSession(claim, built, links, before);
  if (revision === undefined) return undefined;
  derived.keep(revision);
  const into = await findSessionToJoin(claim, derived, context);
  if (into !== undefined && (await store.joinSession(claim, into))) return undefined;
  await callPartsIn(claim, derived, store);
  context.onBuilt?.();
  const judged = await judgeSession(built, claim, signal, context);
  return evaluateSession(built, claim, judged, { ...context, signal });
}

/** Asking for a new judgement begins the count anew. */
async function giveUp(claim: Claim, context: ClaimContext): Promise<void> {
  context.logger.error({ session: claim.id }, "a session is given up: whoever builds it dies");
  context.telemetry.count("turnwise_sessions_processed", { outcome: "given_up" }, 1);
  const error = `building this session ended the judge thread ${maximumAttempts} times, as one does that is too large for its memory; to try again, ask for its judgement`;
  await release(claim, { status: "failed", error }, context);
}

/** What comes to it later is refused in the same way; nothing else that is in work dies with it. */
async function giveUpTooLarge(claim: Claim, { message }: SessionTooLargeError, context: ClaimContext): Promise<void> {
  context.logger.warn({ session: claim.id }, "a session is too large to be built");
  context.telemetry.count("turnwise_sessions_processed", { outcome: "too_large" }, 1);
  await release(claim, { status: "failed", error: message }, context);
}

/** After a failure that nobody foresaw: told, and tried again a few times. */
async function releaseFailed(claim: Claim, context: ClaimContext): Promise<void> {
  const retryAt = context.retries.next(JSON.stringify([claim.project, claim.id, claim.factsVersion]), 0);
  const error = "the session could not be built or judged; the server's log says why";
  await release(claim, { status: "failed", error, ...(retryAt === undefined ? {} : { retryAt }) }, context);
}

async function release(claim: Claim, outcome: ReleaseOutcome, { store, logger }: ClaimContext): Promise<void> {
  try {
    await store.releaseClaim(claim, outcome);
  } catch (error) {
    logger.warn({ err: error, session: claim.id }, "a session could not be released; its lease runs out by itself");
  }
}
