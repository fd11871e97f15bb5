/** Logger and telemetry of a thread that works for the server: what they are told is sent to the server, which has the real ones. */
import type { Logger, Telemetry } from "../component/component.ts";
import type { ThreadReport } from "./thread-messages.ts";

const gaugeIntervalMs = 1000;

export interface ThreadReports {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Sends the gauges no more. */
  stop(): void;
}

export function createThreadReports(send: (message: ThreadReport) => void): ThreadReports {
  const gauges = new Map<string, () => void>();
  const timer = setInterval(() => {
    for (const sendGauge of gauges.values()) sendGauge();
  }, gaugeIntervalMs).unref();
  const at = (level: keyof Logger) => (fields: object, message: string) =>
    send({ type: "log", level, fields: sendable(fields), message });
  return {
    logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    telemetry: {
      count: (name, labels, by) => send({ type: "count", name, labels, by }),
      gauge(name, read, labels = {}) {
        const sendGauge = (): void => send({ type: "gauge", name, labels, value: read() });
        gauges.set(JSON.stringify([name, labels]), sendGauge);
        sendGauge();
      },
    },
    stop: () => clearInterval(timer),
  };
}

/** Errors lose their class and members on the way between threads, and functions cannot travel at all. */
function sendable(fields: object): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, sendableValue(value)]));
}

function sendableValue(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: sendableValue(cause) }) };
}
