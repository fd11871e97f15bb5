import type { Signal } from "../../model/signal-batch.ts";

/** Segments that may stand in front of a signal's path, as in `/api/public/otel/v1/traces`. */
const PREFIX = /^(\/[\w.~-]+)*$/;

/** What a request's path leads to. Letter case and a trailing slash count, the query does not. */
export function findSignal(url: string, paths: Readonly<Record<Signal, string>>): Signal | undefined {
  const path = pathOf(url);
  const signals: readonly Signal[] = ["traces", "logs", "metrics"];
  return signals.find(
    (signal) => path.endsWith(paths[signal]) && PREFIX.test(path.slice(0, path.length - paths[signal].length)),
  );
}

/** A request target may also be a whole URL, RFC 9112 section 3.2.2. */
function pathOf(url: string): string {
  const target = url.replace(/^https?:\/\/[^/?]*/i, "");
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
