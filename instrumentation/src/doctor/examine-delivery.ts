import { post } from "../otlp/post.ts";
import type { OtlpTarget } from "../otlp/target.ts";
import type { TestSpan } from "./create-test-span.ts";
import type { Finding } from "./finding.ts";

/** Sends the span once, as batches of spans are sent. */
export async function examineDelivery(target: OtlpTarget, sent: TestSpan | undefined): Promise<Finding> {
  const name = "delivery";
  if (sent === undefined) {
    const remedy = "Unset OTEL_TRACES_SAMPLER: sessions are made of all spans";
    return { name, ok: false, detail: "OTEL_TRACES_SAMPLER leaves spans out", remedy };
  }
  const startedAt = performance.now();
  const result = await post(target, sent.payload);
  const ms = Math.round(performance.now() - startedAt);
  if (result.status === "delivered") return { name, ok: true, detail: `${target.url} took a span in ${ms} ms` };
  return { name, ok: false, detail: `${target.url} took no span: ${result.reason}`, remedy: remedyOf(result.reason) };
}

function remedyOf(reason: string): string {
  if (/^HTTP 40[13]$/.test(reason)) {
    return 'Set OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer KEY" to a key that may send';
  }
  if (reason.startsWith("HTTP ")) return "The endpoint must be an OTLP/HTTP receiver, without /v1/traces; see its log";
  return "Start the server with `turnwise serve`, or set OTEL_EXPORTER_OTLP_ENDPOINT to its OTLP/HTTP address";
}
