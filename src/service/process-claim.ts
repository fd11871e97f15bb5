/** All that happens to one session while it is held: built, saved, joined where it belongs, judged, let go. */
import type { Claim, ReleaseOutcome } from "../component/store.ts";
import { judgeSession, LeaseEndedError, type JudgingContext } from "./judge-session.ts";
import { deriveSession, findSessionToJoin } from "./derive-session.ts";

export interface ClaimContext extends JudgingContext {
  readonly leaseMs: number;
}

/** So often a session may end whoever takes it (by its size, say) before it is left alone, so that the others get their turn. */
const maximumAttempts = 3;

/** Never rejects. `stopping` gives the session up: its lease runs out, and whoever takes it next goes on from what is saved. */
export async function processClaim(claim: Claim, stopping: AbortSignal, context: ClaimContext): Promise<void> {
  const { store, telemetry, logger } = context;
  if (claim.attempts > maximumAttempts) return giveUp(claim, context);
  const lease = holdLease(claim, stopping, context);
  try {
    const outcome = await deriveAndJudge(claim, lease.signal, context);
    if (outcome === undefined) return;
    await store.releaseClaim(claim, outcome);
    telemetry.count("turnwise_sessions_processed", { outcome: outcome.status }, 1);
  } catch (error) {
    if (lease.signal.aborted || error instanceof LeaseEndedError) return;
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
  const { store } = context;
  const facts = await store.readFacts(claim);
  const { built, links } = deriveSession(claim, facts);
  signal.throwIfAborted();
  if ((await store.saveSession(claim, built, links)) === undefined) return undefined;
  const into = await findSessionToJoin(claim, facts, links, store);
  if (into !== undefined && (await store.joinSession(claim, into))) return undefined;
  return judgeSession(built, claim, signal, context);
}

/** Asking for a new judgement begins the count anew. */
async function giveUp(claim: Claim, context: ClaimContext): Promise<void> {
  context.logger.error({ session: claim.id }, "a session is given up: whoever builds it dies");
  context.telemetry.count("turnwise_sessions_processed", { outcome: "given_up" }, 1);
  const error = `building this session ended the judge thread ${maximumAttempts} times; to try again, ask for its judgement`;
  await release(claim, { status: "failed", error }, context);
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

/** Renews the lease while the work goes on. `signal` aborts when it is lost, or when the pipeline stops. */
function holdLease(claim: Claim, stopping: AbortSignal, { store, leaseMs, logger }: ClaimContext) {
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    try {
      if (!(await store.renewClaim(claim, leaseMs))) lost.abort(new LeaseEndedError("the lease could not be renewed"));
    } catch (error) {
      logger.warn({ err: error, session: claim.id }, "renewing a lease failed");
    }
  };
  const timer = setInterval(() => void renew(), leaseMs / 3);
  return { signal: AbortSignal.any([lost.signal, stopping]), end: () => clearInterval(timer) };
}
