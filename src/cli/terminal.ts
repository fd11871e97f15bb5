/** Where a command writes: its streams, and what they can show. */
import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

export interface Output {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  /** Columns; a file or a pipe has as many as the environment's COLUMNS says, else 100. */
  readonly width: number;
  readonly isTerminal: boolean;
}

/** As much of a process's stream as matters here; a pipe has no `isTTY`, `columns` and `hasColors`. */
interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(env: object): boolean;
}

/** Colours only on a terminal that has them and whose user did not say NO_COLOR. */
export function outputTo(stream: Stream, env: NodeJS.ProcessEnv): Output {
  const columns = stream.columns ?? Number(env["COLUMNS"]);
  return {
    write: (text) => void stream.write(text),
    paint: stream.hasColors?.(env) === true ? coloured : plain,
    width: Math.min(Math.max(Number.isInteger(columns) && columns > 0 ? columns : 100, 40), 160),
    isTerminal: stream.isTTY ?? false,
  };
}
