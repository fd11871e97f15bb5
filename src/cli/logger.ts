/** The server's log on stderr: short lines for a person at a terminal, JSON lines for everything else. */
import { pino } from "pino";
import { StartError } from "../model/errors.ts";
import { toPrintableLine } from "./printable.ts";
import type { Output, Style } from "./terminal.ts";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];
type Log = (fields: object, message: string) => void;
type Logger = Readonly<Record<Level, Log>>;

const styles: Readonly<Record<Level, Style>> = { debug: "dim", info: "cyan", warn: "yellow", error: "red" };

/** `TURNWISE_LOG_LEVEL`: debug, info (default), warn or error. */
export function createLogger(env: NodeJS.ProcessEnv, err: Output): Logger {
  const level = levelOf(env["TURNWISE_LOG_LEVEL"] || "info");
  if (err.isTerminal) return createShortLogger(level, err);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

function levelOf(name: string): Level {
  const level = levels.find((known) => known === name);
  if (level !== undefined) return level;
  throw new StartError("log_level_unknown", "TURNWISE_LOG_LEVEL is not a level", `Set it to ${levels.join(", ")}`);
}

export function createShortLogger(least: Level, { write, paint }: Output): Logger {
  const logAt = (level: Level): Log => {
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
