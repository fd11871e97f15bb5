/** How long an endpoint asks to wait, in ms: `retry-after-ms`, or `retry-after` in seconds or as a date. Undefined when it does not say. */
export function retryAfterMs(
  header: (name: string) => string | undefined,
  now: number = Date.now(),
): number | undefined {
  const milliseconds = parseNumber(header("retry-after-ms"));
  if (milliseconds !== undefined) return Math.min(milliseconds, maxWaitMs);
  const text = header("retry-after");
  const seconds = parseNumber(text);
  if (seconds !== undefined) return Math.min(seconds * 1000, maxWaitMs);
  const date = Date.parse(text ?? "");
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), maxWaitMs);
}

/** A provider that asks for more means "not today". */
const maxWaitMs = 86_400_000;

function parseNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
