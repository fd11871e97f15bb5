/** The contract of a command: it adds itself to the program; what it needs of the process it is given. */
import type { Command } from "commander";
import type { Output } from "./terminal.ts";

export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** What was asked for. */
  readonly out: Output;
  /** Progress, hints and errors. */
  readonly err: Output;
}

/** Adds one subcommand. Heavy modules are imported when it runs, not before, so that `--help` is there at once. */
export type AddCommand = (program: Command, context: CommandContext) => void;

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`;
