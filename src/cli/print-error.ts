/** How a command fails: a code and a remedy for people and scripts. */
import { inspect } from "node:util";
import type { Output } from "./terminal.ts";
import { toPrintable } from "./printable.ts";

interface Explained extends Error {
  readonly code: string;
  readonly remedy: string;
}

/** Every error that was foreseen carries a code and a remedy, whatever its class. */
const isExplained = (error: unknown): error is Explained =>
  error instanceof Error && "code" in error && "remedy" in error && typeof error.remedy === "string";

/** What stands on stderr. With TURNWISE_DEBUG also where it came from. */
export function printError(error: unknown, { write, paint }: Output, env: NodeJS.ProcessEnv): void {
  const message = error instanceof Error ? error.message : String(error);
  if (isExplained(error)) {
    write(`${paint("red", "error")} [${error.code}] ${toPrintable(message)}\n${toPrintable(error.remedy)}\n`);
  } else {
    write(
      `${paint("red", "error")} [internal] ${toPrintable(message)}\nSet TURNWISE_DEBUG=1 to see where it happened\n`,
    );
  }
  if (env["TURNWISE_DEBUG"]) write(`${toPrintable(inspect(error))}\n`);
}
