#!/usr/bin/env node
/** The command `turnwise`. Exit status 0: done; 1: failed, and stderr says why and what to do; 2: called wrongly. */
import { Command, CommanderError } from "commander";
import { version } from "../version.ts";
import { examples, type CommandContext } from "./command.ts";
import { printError } from "./print-error.ts";
import { commands } from "./commands.ts";
import { outputTo } from "./terminal.ts";

const { env } = process;
const context: CommandContext = { env, out: outputTo(process.stdout, env), err: outputTo(process.stderr, env) };

// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

const program = new Command("turnwise")
  .description("Spans in, judged agent sessions out.")
  .version(version)
  .showHelpAfterError("(--help shows what is possible)")
  .exitOverride()
  .addHelpText("after", examples("turnwise serve", "turnwise sessions", "turnwise show SESSION_ID", "turnwise doctor"));
for (const add of commands) add(program, context);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    printError(error, context.err, env);
    process.exitCode = 1;
  }
}
