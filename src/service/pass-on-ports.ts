import type { Endpoint } from "../component/config-schemas.ts";
import { passOnPort } from "../component/listen.ts";

/**
 * Lets every endpoint of a configuration with port 0 take the port again that the endpoint in the same place of the previous one
 * was given, so that senders find the server where it was. See `listen`.
 */
export function passOnPorts(previous: unknown, next: unknown): void {
  if (isEndpoint(previous) && isEndpoint(next)) {
    if (previous.host === next.host) passOnPort(previous, next);
    return;
  }
  for (const [key, entry] of entriesOf(next)) passOnPorts(new Map(entriesOf(previous)).get(key), entry);
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "host" in value && "port" in value;
}

/** Of what a configuration is made of: maps, objects, lists. */
function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value];
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
