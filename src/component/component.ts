/** What every configured component has in common: how it is created, how it lives, what it is given. */
import type { ZodType } from "zod";

/**
 * The life of a component: created, started once, used, shut down. `start` returns when the component is ready and
 * throws a StartError when it cannot be. `shutdown` finishes what is in hand; it is safe twice and before `start`.
 */
export interface Component {
  start?(): Promise<void>;
  shutdown?(): Promise<void>;
  /** Where it listens, once started: `http://localhost:4318`, with the port it really has. See `listen`. */
  urls?(): readonly string[];
}

/** Structured logging in pino's manner: fields first, then one sentence. Never pass what an agent wrote as the message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The server's own numbers, shown in Prometheus' text format. Label values must come from a bounded set. */
export interface Telemetry {
  /** Adds to a counter, which begins at 0. */
  count(name: string, labels: Readonly<Record<string, string>>, by: number): void;
  /** Reads the gauge whenever the numbers are shown. */
  gauge(name: string, read: () => number): void;
}

export interface ComponentContext {
  /** `type` or `type/name`, as written in the configuration. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/**
 * How a component type enters the server: named in `components.ts`, checked by its schema, created by its function.
 * `configSchema` is strict, holds the defaults and refuses unknown keys. `create` has no side effects.
 */
export interface ComponentFactory<Config, Instance, Needs = object> {
  /** As in otel-config.yaml: lower_snake_case. */
  readonly type: string;
  /** One sentence for `turnwise components`. */
  readonly description: string;
  readonly configSchema: ZodType<Config>;
  create(config: Config, context: ComponentContext & Needs): Instance;
}
