/** The one screen that says where everything is and what to do next. Pure. */
import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";

export interface Welcome {
  readonly version: string;
  /** Base URL; null when nothing receives over HTTP. */
  readonly otlp_url: string | null;
  /** `grpc://localhost:4317`, `grpcs:` with TLS; null when nothing receives over gRPC. */
  readonly otlp_grpc_url: string | null;
  readonly api_url: string;
  readonly health_url: string | null;
  readonly metrics_url: string | null;
  /** The folder where everything is kept. */
  readonly data: string;
  /** `off`: why this judge does not judge. */
  readonly judges: readonly { readonly name: string; readonly version: string; readonly off: string | null }[];
  /** `off`: why this evaluator scores nothing. */
  readonly evaluators: readonly { readonly name: string; readonly off: string | null }[];
}

const standardOtlpUrl = "http://localhost:4318";

export function renderWelcome(welcome: Welcome, { paint }: Pick<Layout, "paint">): string {
  const row = (name: string, value: string | null) =>
    value === null ? [] : [`  ${paint("dim", name.padEnd(14))}${toPrintableLine(value)}`];
  const lines = [
    paint("bold", `Turnwise ${welcome.version}`),
    "",
    ...waysIn(welcome).flatMap((way, index) => row(index === 0 ? "send spans to" : "", way)),
    ...row("API", `${welcome.api_url}/api/v1/sessions`),
    ...row("health", welcome.health_url),
    ...row("metrics", welcome.metrics_url),
    ...row("data", welcome.data),
    ...welcome.judges.flatMap(({ name, version, off }, index) =>
      row(index === 0 ? "judges" : "", off === null ? `${name} ${version}` : `${name} is off: ${off}`),
    ),
    ...welcome.evaluators.flatMap(({ name, off }, index) =>
      row(index === 0 ? "evaluators" : "", off === null ? name : `${name} is off: ${off}`),
    ),
    "",
    ...agentLines(welcome.otlp_url, paint),
    "",
    `  ${paint("dim", "turnwise sessions lists what arrived, turnwise doctor checks the way, Ctrl+C stops")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** SDKs know gRPC endpoints by host and port; a scheme means something else to each of them. */
function waysIn({ otlp_url, otlp_grpc_url }: Welcome): readonly string[] {
  const http = otlp_url === null ? [] : [`${otlp_url}  (OTLP over HTTP)`];
  const grpc = otlp_grpc_url === null ? [] : [`${otlp_grpc_url.replace(/^grpcs?:\/\//, "")}  (OTLP over gRPC)`];
  return [...http, ...grpc];
}

/** The line to add to an agent, and where it must send when that is not where SDKs send by themselves. */
function agentLines(otlp: string | null, paint: Layout["paint"]): string[] {
  if (otlp === null) return [];
  const elsewhere = otlp === standardOtlpUrl ? [] : [`      OTEL_EXPORTER_OTLP_ENDPOINT=${otlp} node agent.js`];
  return [
    "  Add one line at the top of your agent:",
    `      ${paint("cyan", 'import "@turnwise/instrumentation/register";')}`,
    ...elsewhere,
  ];
}
