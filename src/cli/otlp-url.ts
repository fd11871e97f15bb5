/** Where agents started from this shell send their spans: what the SDKs read, else this server's own default. */
export function otlpUrlOf(env: NodeJS.ProcessEnv): string {
  const url = env["OTEL_EXPORTER_OTLP_ENDPOINT"] || `http://localhost:${env["TURNWISE_OTLP_HTTP_PORT"] || "4318"}`;
  return url.replace(/\/+$/, "");
}
