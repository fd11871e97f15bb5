/** Work that is held by a lease: renewed while it goes on, given up when it is lost. */
import type { Logger } from "../component/component.ts";

/** The lease has ended: someone else has the work, or it is gone. Whoever holds the claim stops. */
export class LeaseEndedError extends Error {
  override readonly name = "LeaseEndedError";
}

export interface LeaseOptions {
  /** Resolves with false when the lease is lost. */
  readonly renew: () => Promise<boolean>;
  readonly leaseMs: number;
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  /** What the log is to name. */
  readonly fields: object;
}

export interface Lease {
  /** Aborts when the lease is lost, or when the work is to stop. */
  readonly signal: AbortSignal;
  /** Whoever holds it found out by other means. */
  lose(why: string): void;
  /** It is renewed no more. */
  end(): void;
}

export function holdLease({ renew, leaseMs, stopping, logger, fields }: LeaseOptions): Lease {
  const lost = new AbortController();
  const lose = (why: string): void => lost.abort(new LeaseEndedError(why));
  const renewIt = async (): Promise<void> => {
    try {
      if (!(await renew())) lose("the lease could not be renewed");
    } catch (error) {
      logger.warn({ err: error, ...fields }, "renewing a lease failed");
    }
  };
  const timer = setInterval(() => void renewIt(), leaseMs / 3);
  return { signal: AbortSignal.any([lost.signal, stopping]), lose, end: () => clearInterval(timer) };
}
