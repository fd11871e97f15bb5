import type { RequestHeaders } from "./extension.ts";

/**
 * All that came: `IncomingMessage.headers` keeps the first of several Authorization headers only, and whoever stands in between
 * may have looked at another. Its `headersDistinct` is not used, as a header called __proto__ breaks it.
 */
export function headersOf(rawHeaders: readonly string[]): RequestHeaders {
  const headers = new Map<string, string | string[]>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = [rawHeaders[at]?.toLowerCase(), rawHeaders[at + 1]];
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (typeof before === "string") headers.set(name, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(headers);
}
