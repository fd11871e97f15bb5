/** What every configured component has in common: how it is created, how it lives, what it is given. */
import type { ZodType } from "zod";

/**
 * The life of a component: created, started once, used, shut down. `start` returns when the component is ready and
 * throws a StartError when it cannot be. `shutdown` finishes what is in hand; it is safe twice and before `start`.
 */
export interface Component {
  start?(): Promise<void>;
  /** `hurry` aborts when whoever stops the server will not wait: then what is in hand is cut, and still closed in order. */
  shutdown?(hurry?: AbortSignal): Promise<void>;
  /** Called once, before `start`: `report` is for a component that has started and can work no more. It ends the server. */
  onFatal?(report: (error: Error) => void): void;
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
  /** Reads the gauge whenever the numbers are shown. Set again with the same labels, the new one counts. */
  gauge(name: string, read: () => number, labels?: Readonly<Record<string, string>>): void;
}

export interface ComponentContext {
  /** `type` or `type/name`, as written in the configuration. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** How much a component's configuration and behaviour may still change. Source: collector `docs/component-stability.md`. */
export type Stability = "development" | "alpha" | "beta" | "stable";

/**
 * How a component type enters the server: named in `components.ts`, checked by its schema, created by its function.
 * `configSchema` is strict, holds the defaults and refuses unknown keys. `create` has no side effects.
 */
export interface ComponentFactory<Config, Instance, Needs = object> {
  /** As in otel-config.yaml: lower_snake_case. */
  readonly type: string;
  /** One sentence for `turnwise components`. */
  readonly description: string;
  /** Absent: beta. */
  readonly stability?: Stability;
  readonly configSchema: ZodType<Config>;
  create(config: Config, context: ComponentContext & Needs): Instance;
}
