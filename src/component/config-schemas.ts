/** Value kinds that several components' configurations share. */
import { z } from "zod";

const millisecondsPer: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const durationPattern = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

/** A duration as Go writes it ("200ms", "5s", "1m30s", "0"), in milliseconds. Undefined when it is not one, or negative. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!durationPattern.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    total += Number(amount) * (millisecondsPer[unit ?? ""] ?? Number.NaN);
  }
  return Number.isFinite(total) ? total : undefined;
}

/** Written as "200ms", "5s", "1m30s"; milliseconds for the code. Defaults are given with `.prefault("30s")`. */
export const duration = textOf('is not a duration such as "200ms", "5s" or "1m30s"', parseDuration);

/** Where to listen. `localhost` means 127.0.0.1 and ::1; port 0 takes a free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

function parseEndpoint(text: string): Endpoint | undefined {
  const [, ipv6, host = ipv6, port = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** `host:port`, an IPv6 address in brackets. */
export const endpoint = textOf('is not an endpoint such as "localhost:4318" or "[::1]:4318"', parseEndpoint);

/** A key or password: never printed, never logged. `meta({ secret: true })` is what hides it in `print-config`. */
export const secret = z.string().trim().meta({ secret: true });

/**
 * Taken with a warning, which `notice` is: a setting of the collector's that its configurations may have, and that this server
 * does not need, or follows in its own way.
 */
export function noticed<Schema extends z.ZodType>(schema: Schema, notice: string): Schema {
  return schema.meta({ notice });
}

/** A setting of the collector's that may have any value, because it changes nothing here. */
export const withoutEffect = (reason: string) => noticed(z.unknown(), `has no effect: ${reason}`).optional();

/** Who is asked who calls: the id of one of `service::extensions`. */
export const authentication = z.strictObject({ authenticator: z.string().min(1) });

/** A value written as text in a form of its own; whatever is not in that form, a bare number too, gets the same message. */
function textOf<Value>(message: string, parse: (text: string) => Value | undefined) {
  return z
    .string({ error: ({ input }) => (input === undefined ? undefined : message) })
    .transform((text, context): Value => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.issues.push({ code: "custom", input: text, message });
      return z.NEVER;
    });
}
