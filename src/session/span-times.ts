import type { Span } from "../model/span.ts";

/** A span that has not ended says 0. */
export function timesOf({ startTimeUnixNano, endTimeUnixNano }: Span): {
  readonly startedAt: Date;
  readonly endedAt?: Date;
} {
  const startedAt = dateOf(startTimeUnixNano);
  return endTimeUnixNano === 0n ? { startedAt } : { startedAt, endedAt: dateOf(endTimeUnixNano) };
}

/** Nanoseconds since 1970; beyond the range of Date (the year 275760) its end. */
export function dateOf(unixNano: bigint): Date {
  return new Date(Math.min(Number(unixNano / 1_000_000n), 8.64e15));
}

export function latest(dates: readonly Date[]): Date | undefined {
  return dates.reduce<Date | undefined>((last, date) => (last === undefined || date > last ? date : last), undefined);
}
