/** Numbers as people read them. */
import type { Usage } from "@turnwise/client";

const grouped = new Intl.NumberFormat("en-US");

export const integer = (value: number): string => grouped.format(value);

export const count = (value: number, noun: string): string => `${integer(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Empty when nothing was counted. */
export function tokens({ input_tokens, output_tokens }: Pick<Usage, "input_tokens" | "output_tokens">): string {
  return input_tokens + output_tokens === 0 ? "" : `${integer(input_tokens)} in, ${integer(output_tokens)} out tokens`;
}

const smallAmount = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2 });

/** Empty when unknown. Two significant digits below a cent. */
export function money(costUsd: number | null): string {
  if (costUsd === null) return "";
  return `$${costUsd >= 0.01 || costUsd === 0 ? costUsd.toFixed(2) : smallAmount.format(costUsd)}`;
}

export function bytes(value: number): string {
  if (value < 1000) return count(value, "byte");
  return value < 1_000_000 ? `${Math.round(value / 1000)} kB` : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** Between two ISO times; empty when one is unknown. */
export function duration(from: string | null, to: string | null): string {
  if (from === null || to === null) return "";
  return milliseconds(Date.parse(to) - Date.parse(from));
}

export function milliseconds(value: number): string {
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 59_950) return `${(value / 1000).toFixed(1)} s`;
  const seconds = Math.round(value / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
