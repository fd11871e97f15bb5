/** What `instrument` takes. Everything has a default, from the environment where a variable exists. */
export interface InstrumentOptions {
  /** Base URL of the OTLP/HTTP server, e.g. `http://localhost:4318`; `/v1/traces` is added. */
  readonly endpoint?: string;
  /** Headers for the OTLP server, e.g. `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The service's name in `service.name`. */
  readonly serviceName?: string;
  /** Whether messages, tool arguments and results are recorded. Default true. */
  readonly captureContent?: boolean;
}

/**
 * Whether content is recorded: the option, else TURNWISE_CAPTURE_CONTENT, else the standard variable, which newer
 * conventions also set to NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT (we write spans). Default true.
 */
export function capturesContent(option: boolean | undefined, env: NodeJS.ProcessEnv): boolean {
  const value = env["TURNWISE_CAPTURE_CONTENT"] ?? env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"];
  return option ?? !["false", "0", "no_content", "event_only"].includes(value?.trim().toLowerCase() ?? "");
}

/** Whether the environment asks for no telemetry at all: OTEL_SDK_DISABLED, or OTEL_TRACES_EXPORTER=none. */
export function isDisabled(env: NodeJS.ProcessEnv): boolean {
  return env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"]?.trim() === "none";
}

/** Whether a library is to be left alone: OTEL_NODE_DISABLED_INSTRUMENTATIONS, as in OpenTelemetry's own register. */
export function isLibraryDisabled(name: string, env: NodeJS.ProcessEnv): boolean {
  return (env["OTEL_NODE_DISABLED_INSTRUMENTATIONS"] ?? "").split(",").some((item) => item.trim() === name);
}
