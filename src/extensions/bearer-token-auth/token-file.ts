/** A file of tokens that is read again when it changes, so that a token can be replaced without a restart. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { rights } from "../../component/extension.ts";
import type { Logger } from "../../component/component.ts";
import { codeOf, StartError } from "../../model/errors.ts";
import { projectPattern, type Token, tokenPattern } from "./token-table.ts";

export interface TokenFileOptions {
  readonly filename: string;
  /** Its place in the configuration, for messages. */
  readonly setting: string;
  readonly logger: Logger;
  /** Called with what the file holds when it is opened and whenever that has changed. */
  readonly onChange: (tokens: readonly Token[]) => void;
  readonly intervalMs?: number;
}

export interface TokenFile {
  /** Reads it no more. Safe twice. */
  close(): Promise<void>;
}

/** Nobody's list of tokens is longer, and a wrong path (a log, a device) must not fill the memory. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Compares the content, not the time: secrets are mounted as links that are exchanged, and two writes may share a time stamp.
 * Throws a StartError when the file cannot be read at first; later the tokens that were good stay, and the log says why.
 */
export async function readTokenFile(options: TokenFileOptions): Promise<TokenFile> {
  const { filename, setting, logger, onChange, intervalMs = 1000 } = options;
  const closing = new AbortController();
  let last = await readFile(filename, "utf8").catch((error: unknown) => {
    throw unreadable(options, codeOf(error) ?? String(error), error);
  });
  onChange(parse(last, (reason) => unreadable(options, reason)));

  async function look(): Promise<void> {
    const text = await readFile(filename, "utf8");
    if (text === last) return;
    const tokens = parse(text, (reason) => new Error(reason));
    last = text;
    onChange(tokens);
    logger.info({ setting, tokens: tokens.length }, "the tokens were read again");
  }

  async function watch(): Promise<void> {
    let wasRead = true;
    while (await tick()) {
      const failure = await look().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure !== undefined && wasRead)
        logger.error(
          { setting, reason: reasonOf(failure) },
          "the token file cannot be used; the tokens stay as they were",
        );
      wasRead = failure === undefined;
    }
  }

  const tick = async (): Promise<boolean> =>
    sleep(intervalMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const watching = watch();
  return {
    async close() {
      closing.abort();
      await watching;
    },
  };
}

/** Throws what `refuse` makes of a reason; never with a token in it. */
function parse(text: string, refuse: (reason: string) => Error): readonly Token[] {
  if (text.length > MAX_CHARACTERS) throw refuse("it is larger than 1 MiB");
  const lines = text.split(/\r?\n/).map((line, at) => ({ words: line.trim().split(/\s+/), number: at + 1 }));
  const tokens = lines
    .filter(({ words }) => words[0] !== "")
    .map(({ words: [value = "", project = "default", ...more], number }): Token => {
      if (!tokenPattern.test(value)) throw refuse(`line ${number} is not a token in visible ASCII`);
      if (more.length > 0 || !projectPattern.test(project))
        throw refuse(`line ${number} is not "TOKEN" or "TOKEN PROJECT"`);
      return { value, project, rights };
    });
  if (tokens.length === 0) throw refuse("it holds no token");
  if (new Set(tokens.map(({ value }) => value)).size < tokens.length) throw refuse("it names a token twice");
  return tokens;
}

const reasonOf = (error: unknown): string => codeOf(error) ?? (error instanceof Error ? error.message : String(error));

function unreadable({ filename, setting }: TokenFileOptions, reason: string, cause?: unknown): StartError {
  return new StartError(
    "token_file_unusable",
    `${setting}: the token file ${filename} cannot be used: ${reason}`,
    "Write one token a line into it, and let this user read it",
    { cause },
  );
}
