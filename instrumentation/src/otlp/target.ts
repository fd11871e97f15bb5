import { readFileSync } from "node:fs";
import { version } from "../version.ts";
import type { Environment } from "../environment.ts";

/** Where and how spans are sent. Plain data: it is handed to a worker thread when the process ends. */
export interface OtlpTarget {
  /** The full URL, with `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding: "protobuf" | "json";
  readonly gzip: boolean;
  /** For one attempt. */
  readonly timeoutMs: number;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/**
 * The target from options and the standard OTLP exporter variables, signal-specific ones first. TURNWISE_OTLP_ENDPOINT
 * goes before them, for applications that send their other telemetry elsewhere. Throws on an endpoint that is no http(s) URL.
 *
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpTarget(
  options: { readonly endpoint?: string; readonly headers?: Readonly<Record<string, string>> },
  env: Environment,
): OtlpTarget {
  const setting = (name: string): string | undefined =>
    nonEmpty(env[`OTEL_EXPORTER_OTLP_TRACES_${name}`]) ?? nonEmpty(env[`OTEL_EXPORTER_OTLP_${name}`]);
  const isJson = setting("PROTOCOL") === "http/json";
  return {
    url: tracesUrl(options.endpoint, env),
    headers: {
      ...parseHeaders(env["OTEL_EXPORTER_OTLP_HEADERS"]),
      ...parseHeaders(env["OTEL_EXPORTER_OTLP_TRACES_HEADERS"]),
      ...options.headers,
      "content-type": isJson ? "application/json" : "application/x-protobuf",
      "user-agent": `turnwise-instrumentation/${version}`,
    },
    encoding: isJson ? "json" : "protobuf",
    gzip: setting("COMPRESSION") === "gzip",
    timeoutMs: Number(setting("TIMEOUT") ?? Number.NaN) || 10_000,
    tls: {
      ...fromFile("ca", setting("CERTIFICATE")),
      ...fromFile("cert", setting("CLIENT_CERTIFICATE")),
      ...fromFile("key", setting("CLIENT_KEY")),
    },
  };
}

function tracesUrl(endpoint: string | undefined, env: Environment): string {
  const own = endpoint ?? nonEmpty(env["TURNWISE_OTLP_ENDPOINT"]);
  const exact = own === undefined ? nonEmpty(env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) : undefined;
  const given = exact ?? own ?? nonEmpty(env["OTEL_EXPORTER_OTLP_ENDPOINT"]) ?? "http://localhost:4318";
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) throw new Error(`not an http URL: ${given}`);
  return exact ?? `${given.replace(/\/+$/, "")}/v1/traces`;
}

/** `name=value` pairs, percent-encoded, between commas; pairs that are none are left out. */
function parseHeaders(list: string | undefined): Record<string, string> {
  const pairs = (list ?? "").split(",").flatMap((pair): [string, string][] => {
    const equals = pair.indexOf("=");
    return equals < 1 ? [] : [[pair.slice(0, equals).trim().toLowerCase(), decoded(pair.slice(equals + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function fromFile(name: string, path: string | undefined): Record<string, string> {
  return path === undefined ? {} : { [name]: readFileSync(path, "utf8") };
}

const nonEmpty = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined);
