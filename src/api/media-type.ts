import type { IncomingMessage } from "node:http";

/** Of a request's body, in lower case and without parameters; empty where it does not say. Source: RFC 9110, 8.3.1 */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return type.trim().toLowerCase();
}
