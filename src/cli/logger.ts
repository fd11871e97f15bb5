/** The server's log on stderr: short lines for a person at a terminal, JSON lines for everything else. */
import { pino } from "pino";
import type { LogLevel, ServiceConfig } from "../config/config.ts";
import { StartError } from "../model/errors.ts";
import { toPrintableLine } from "./printable.ts";
import type { Output, Style } from "./terminal.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
type Log = (fields: object, message: string) => void;
type Logger = Readonly<Record<LogLevel, Log>>;

const styles: Readonly<Record<LogLevel, Style>> = { debug: "dim", info: "cyan", warn: "yellow", error: "red" };

/** What the configuration says of the log, see ServiceConfig. */
type LogSettings = Pick<ServiceConfig, "logs" | "resource">;

/** `TURNWISE_LOG_LEVEL` (debug, info, warn or error) wins over the configuration; without either it is info. */
export function createLogger(
  env: NodeJS.ProcessEnv,
  err: Output,
  { logs, resource }: LogSettings = { logs: {}, resource: {} },
): Logger {
  const level = levelOf(env["TURNWISE_LOG_LEVEL"] || logs.level || "info");
  const isShort = logs.encoding === undefined ? err.isTerminal : logs.encoding === "console";
  if (isShort) return createShortLogger(level, err);
  const known = Object.entries(resource).filter(([, value]) => value !== null);
  const base = known.length === 0 ? null : { resource: Object.fromEntries(known) };
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}

function levelOf(name: string): LogLevel {
  const level = levels.find((known) => known === name);
  if (level !== undefined) return level;
  throw new StartError("log_level_unknown", "TURNWISE_LOG_LEVEL is not a level", `Set it to ${levels.join(", ")}`);
}

export function createShortLogger(least: LogLevel, { write, paint }: Output): Logger {
  const logAt = (level: LogLevel): Log => {
    if (levels.indexOf(level) < levels.indexOf(least)) return () => undefined;
    return (fields, message) => {
      const time = paint("dim", new Date().toTimeString().slice(0, 8));
      const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${valueText(value)}`);
      write(
        `${time} ${paint(styles[level], level.padEnd(5))} ${toPrintableLine(message)}${paint("dim", facts.join(""))}\n`,
      );
    };
  };
  return { debug: logAt("debug"), info: logAt("info"), warn: logAt("warn"), error: logAt("error") };
}

function valueText(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(toPrintableLine(value.message));
  if (typeof value === "string") return toPrintableLine(value);
  return toPrintableLine(JSON.stringify(value) ?? String(value));
}
