/** The contract of a command: it adds itself to the program; what it needs of the process it is given. */
import { type Command, Option } from "commander";
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

/** For commands that talk to a server: the option wins over the variable, as everywhere. */
export const apiKeyOption = (): Option =>
  new Option("--api-key <key>", "who is asking, where the server wants to know (or set TURNWISE_API_KEY)");

export const withApiKey = (env: NodeJS.ProcessEnv, apiKey: string | undefined): NodeJS.ProcessEnv =>
  apiKey === undefined ? env : { ...env, TURNWISE_API_KEY: apiKey };

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`;
