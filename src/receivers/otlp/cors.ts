/**
 * Lets pages of other origins send from a browser (WHATWG Fetch, "CORS protocol"). Off unless configured. Unlike the
 * collector we never allow credentials, so `*` gives nothing away: tokens travel in a header that the page must know.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";

/** `*`, or an origin in which `*` stands for anything, as in `https://*.example.com`. */
const originPattern = z
  .string()
  .regex(
    /^(\*|[a-z][a-z0-9+.-]*:\/\/[\w.*:[\]-]+)$/i,
    "is not an origin such as https://example.com or https://*.example.com",
  );

export const corsSchema = z.strictObject({
  allowed_origins: z.array(originPattern).default([]),
  /** Beside those that a sender of OTLP needs; `*` allows all. */
  allowed_headers: z.array(z.string().min(1)).default([]),
  exposed_headers: z.array(z.string().min(1)).default([]),
  /** How long a browser may remember, in seconds; 0 leaves it to the browser. */
  max_age: z.int().min(0).default(0),
});

export type CorsConfig = z.infer<typeof corsSchema>;

/** What the collector's CORS library allows by default. */
const ALWAYS_ALLOWED = ["accept", "content-type", "x-requested-with"];

/** Adds its headers to the answer. True when that was all: the request only asked whether it may be sent. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createCors(config: CorsConfig): Cors {
  const allowsOrigin = createOriginMatcher(config.allowed_origins);
  const allowedHeaders = new Set([...ALWAYS_ALLOWED, ...config.allowed_headers.map((name) => name.toLowerCase())]);

  function allowsHeaders(requested: string): boolean {
    const names = requested.split(",").map((name) => name.trim().toLowerCase());
    return allowedHeaders.has("*") || names.every((name) => name === "" || allowedHeaders.has(name));
  }

  function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
    const {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": requested = "",
    } = headers;
    response.setHeader("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    if (origin !== undefined && allowsOrigin(origin) && method === "POST" && allowsHeaders(requested)) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-allow-methods", "POST");
      if (requested !== "") response.setHeader("access-control-allow-headers", requested);
      if (config.max_age > 0) response.setHeader("access-control-max-age", config.max_age);
    }
    response.writeHead(204).end();
  }

  return (request, response) => {
    const { method, headers } = request;
    if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
      answerPreflight(request, response);
      return true;
    }
    response.setHeader("vary", "Origin");
    if (headers.origin !== undefined && allowsOrigin(headers.origin)) {
      response.setHeader("access-control-allow-origin", headers.origin);
      if (config.exposed_headers.length > 0)
        response.setHeader("access-control-expose-headers", config.exposed_headers.join(", "));
    }
    return false;
  };
}

/** The origin `null` is what a page has whose origin is nobody's business: it matches nothing. */
function createOriginMatcher(patterns: readonly string[]): (origin: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const pieces = pattern.split("*").map((piece) => piece.replaceAll(/[^\w]/g, String.raw`\$&`));
    return new RegExp(`^${pieces.join("[^/]*")}$`, "i");
  });
  const matchesAll = patterns.includes("*");
  return (origin) => origin !== "null" && (matchesAll || expressions.some((expression) => expression.test(origin)));
}
