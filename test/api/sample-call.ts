/** A request to any route of the table, which would be answered if everybody might make it. */
import type { Route } from "../../src/api/route.ts";
import type { Ask } from "./api-server.ts";

const messages = [{ role: "user", content: "hello" }];

/** Of routes that need one. A route that is not here and needs one shows it by a 4xx, which is no 401 or 403 either. */
const bodies = new Map<string, object>([
  ["post /api/v1/traces", { messages }],
  ["post /api/v1/traces/batch", { traces: [{ messages }] }],
  ["post /api/v1/traces/streaming", { initial_messages: messages }],
  ["post /api/v1/traces/:id/messages", { messages }],
  ["put /api/v1/sessions/:id/labels", { target: "trajectory", score: 1 }],
  ["post /api/v1/labels", { labels: [] }],
  ["post /api/v1/auth/register", { email: "ann@example.com", password: "correct horse" }],
  ["post /api/v1/auth/login", { email: "ann@example.com", password: "correct horse" }],
]);

/** Of routes that need a query. */
const queries = new Map([["delete /api/v1/sessions/:id/labels", "?target=trajectory"]]);

export interface SampleOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Of a session. */
  readonly id: string;
  readonly account?: string;
}

/** What `ask` takes: the path and the rest. */
export function sampleCall({ method, path }: Route, { headers, id, account = id }: SampleOptions): [string, Ask] {
  const target = path.replace(":id", id).replace(":account", account).replace(":number", "1");
  const route = `${method} ${path}`;
  return [`${target}${queries.get(route) ?? ""}`, { method: method.toUpperCase(), headers, body: bodies.get(route) }];
}
