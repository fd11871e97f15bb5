import type { Environment } from "./environment.ts";
import type { Guard } from "./guards/guard.ts";
import type { Mask } from "./masking/mask.ts";
import type { MaskPreset } from "./masking/masks.ts";

/** Where spans go and what may leave the process. Everything has a default, from the environment where a variable exists. */
export interface DeliveryOptions {
  /** Base URL of the OTLP/HTTP server, e.g. `http://localhost:4318`; `/v1/traces` is added. */
  readonly endpoint?: string;
  /** Headers for the OTLP server, e.g. `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What takes out of every span what must not leave the process: presets (`"pii"`, `"secrets"`) and functions of your own,
   * in their order. An attribute on which one of them fails is not sent. Default: the presets in TURNWISE_MASK.
   */
  readonly mask?: MaskPreset | Mask | readonly (MaskPreset | Mask)[];
  /**
   * The most characters of one attribute. Of longer lists of messages the oldest are left out, of other texts the end.
   * Default: OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, else 4 Mi.
   */
  readonly maxTextLength?: number;
  /**
   * How long the end of the process may be held up for spans that are not delivered yet, in milliseconds; 0: not at all.
   * What is not delivered by then is lost, and that is said. Default: TURNWISE_EXIT_TIMEOUT, else 2000.
   */
  readonly exitTimeoutMs?: number;
}

/** What `instrument` takes. */
export interface InstrumentOptions extends DeliveryOptions {
  /** The service's name in `service.name`. */
  readonly serviceName?: string;
  /** Whether messages, tool arguments and results are recorded. Default true. */
  readonly captureContent?: boolean;
  /**
   * Limits for every turn of a `withSession`, and for every outermost `withAgent` outside of one. A turn that exceeds one is
   * stopped: its next model call, or call of a `tool`, throws a GuardError. This is the only error that is ever thrown.
   */
  readonly guards?: readonly Guard[];
}

/** The masks of the option, else the presets that TURNWISE_MASK names between commas. */
export function masksOf(option: DeliveryOptions["mask"], env: Environment): readonly (Mask | string)[] {
  if (typeof option === "string" || typeof option === "function") return [option];
  const named = (env["TURNWISE_MASK"] ?? "").split(",").map((name) => name.trim());
  return option ?? named.filter((name) => name !== "");
}

/** As `DeliveryOptions.maxTextLength` says. The server takes 64 MiB in one request, of which a span has several attributes. */
export function maxTextLengthOf(option: number | undefined, env: Environment): number {
  const set = env["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] ?? env["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"];
  const length = option ?? (Number.parseInt(set ?? "", 10) || 4 * 1024 * 1024);
  if (!(length > 0)) throw new Error(`not a length of text: ${length}`);
  return length;
}

/** As `DeliveryOptions.exitTimeoutMs` says. */
export function exitTimeoutMsOf(option: number | undefined, env: Environment): number {
  const set = env["TURNWISE_EXIT_TIMEOUT"]?.trim();
  const timeoutMs = option ?? (set === undefined || set === "" ? 2000 : Number(set));
  if (!(timeoutMs >= 0 && Number.isFinite(timeoutMs))) throw new Error(`not a time in milliseconds: ${option ?? set}`);
  return timeoutMs;
}

/**
 * Whether content is recorded: the option, else TURNWISE_CAPTURE_CONTENT, else the standard variable, which newer
 * conventions also set to NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT (we write spans). Default true.
 */
export function capturesContent(option: boolean | undefined, env: Environment): boolean {
  const value = env["TURNWISE_CAPTURE_CONTENT"] ?? env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"];
  return option ?? !["false", "0", "no_content", "event_only"].includes(value?.trim().toLowerCase() ?? "");
}

/** Whether the environment asks for no telemetry at all: OTEL_SDK_DISABLED, or OTEL_TRACES_EXPORTER=none. */
export function isDisabled(env: Environment): boolean {
  return env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"]?.trim() === "none";
}

/** Whether a library is to be left alone: OTEL_NODE_DISABLED_INSTRUMENTATIONS, as in OpenTelemetry's own register. */
export function isLibraryDisabled(name: string, env: Environment): boolean {
  return (env["OTEL_NODE_DISABLED_INSTRUMENTATIONS"] ?? "").split(",").some((item) => item.trim() === name);
}

/** Whether the application is to report on its own instrumentation: TURNWISE_DOCTOR=1. */
export function isDoctorAsked(env: Environment): boolean {
  return !["", "0", "false"].includes(env["TURNWISE_DOCTOR"] ?? "");
}
