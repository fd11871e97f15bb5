import { access, constants, open, stat } from "node:fs/promises";
import { once } from "node:events";
import type { SessionDetail } from "@turnwise/client";
import type { Command } from "commander";
import type { Judge } from "../../component/judge.ts";
import type { JudgeFileOptions } from "../../judge-file.ts";
import { codeOf, StartError } from "../../model/errors.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { withConfigOptions } from "../config-options.ts";
import { type BackfillOptions, judgeBackfill, withBackfillOptions } from "./judge-backfill.ts";
import { createProgress } from "../progress.ts";
import { count, milliseconds } from "../quantities.ts";
import { readLines } from "../read-lines.ts";
import { holdsOtlp, readSessions } from "../read-sessions.ts";
import type { Output } from "../terminal.ts";

interface JudgeOptions extends BackfillOptions {
  readonly out?: string;
  readonly backfill?: boolean;
  readonly evaluateSafety?: true;
  readonly config: readonly string[];
  readonly set: readonly string[];
}

/** Where the lines go. */
interface Destination {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

export const addJudge: AddCommand = (program, context) => {
  const command = withConfigOptions(program.command("judge"))
    .description(
      "judge conversations offline: one JSON line each in, one session detail line each out; or, with --backfill, a server's sessions",
    )
    .argument(
      "[file]",
      'lines of {"id", "messages", "tools"?, "metadata"?, "instructions"?, "evaluate_safety"?}, also with .gz; or OTLP, as for replay',
    )
    .option("--out <file>", "write there instead of to stdout")
    .option("--judge <name>", "a judge of the configuration, rules or llm (default: rules; of a server all)")
    .option("--evaluate-safety", "judge the safety of all conversations");
  withBackfillOptions(command)
    .addHelpText(
      "after",
      examples(
        "turnwise judge conversations.jsonl --out judged.jsonl",
        "turnwise judge spans.json.gz",
        "turnwise judge --backfill --judge llm --from 2026-09-01 --dry-run",
      ),
    )
    .action(async (file: string | undefined, options: JudgeOptions) => {
      requireOneWay(command, file, options);
      return file === undefined ? judgeBackfill(options, context) : judgeFile(file, options, context);
    });
};

/** Options of the one way of judging that are not of the other. */
const ofFiles = new Set(["out", "evaluateSafety", "config", "set"]);
const ofBoth = new Set(["judge", "backfill"]);

/** Nothing that is asked for is left out without a word. */
function requireOneWay(command: Command, file: string | undefined, { backfill = false }: JudgeOptions): void {
  if ((file === undefined) !== backfill) command.error("error: give a file, or --backfill");
  const wrong = command.options.find((option) => {
    const name = option.attributeName();
    const isOther = !ofBoth.has(name) && ofFiles.has(name) === backfill;
    return isOther && command.getOptionValueSource(name) === "cli";
  });
  if (wrong !== undefined) command.error(`error: ${wrong.long} is for ${backfill ? "files" : "--backfill"}`);
}

async function judgeFile(file: string, options: JudgeOptions, { env, err }: CommandContext): Promise<void> {
  const started = performance.now();
  await requireReadable(file);
  const [{ createOfflineJudge }, { createLogger }] = await Promise.all([
    import("../../offline-judge.ts"),
    import("../logger.ts"),
  ]);
  const input = await openInput(file, err);
  const source = { locations: options.config, settings: options.set, env };
  const judge = await createOfflineJudge(options.judge ?? "rules", source, createLogger(env, err));
  const out = options.out === undefined ? standardOutput : await openFile(options.out, file);
  const safety = options.evaluateSafety === undefined ? {} : { evaluateSafety: true };
  const progress = createProgress(input.total, err);
  let judged = 0;
  let failed = 0;
  try {
    for await (const session of input.judgeWith(judge, safety)) {
      judged += 1;
      if (session.status === "failed") failed += 1;
      await out.write(`${JSON.stringify(session)}\n`);
      progress.advance();
    }
  } finally {
    progress.clear();
    await judge.shutdown?.();
    await out.close();
  }
  err.write(`${count(judged, "conversation")}, ${failed} failed, ${milliseconds(performance.now() - started)}\n`);
  if (failed > 0) process.exitCode = 1;
}

interface Input {
  /** How many conversations it holds. */
  readonly total: number;
  judgeWith(judge: Judge, options: JudgeFileOptions): AsyncIterable<SessionDetail>;
}

/** Conversations line by line; or the sessions in OTLP, all of which must be known before one is. */
async function openInput(file: string, err: Output): Promise<Input> {
  if (await orUnreadable(file, holdsOtlp(file))) {
    const [sessions, { judgeReplayed }] = await Promise.all([
      readSessions([file], err),
      import("../../judge-replayed.ts"),
    ]);
    return { total: sessions.length, judgeWith: (judge, options) => judgeReplayed(sessions, judge, options) };
  }
  const { judgeConversations } = await import("../../judge-file.ts");
  return {
    total: await orUnreadable(file, countLines(file)),
    judgeWith: (judge, options) => judgeConversations(readLines(file), judge, options),
  };
}

async function requireReadable(file: string): Promise<void> {
  await orUnreadable(file, access(file, constants.R_OK));
  if ((await stat(file)).isDirectory()) await orUnreadable(file, Promise.reject(new Error("it is a folder")));
}

async function orUnreadable<Value>(file: string, reading: Promise<Value>): Promise<Value> {
  return reading.catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = "Give the path of a file with JSON lines or OTLP";
    throw new StartError("file_unreadable", `${file} cannot be read: ${reason}`, remedy, { cause });
  });
}

/** The conversations are read while the judgements are written: one file cannot be both. */
async function requireAnother(out: string, file: string): Promise<void> {
  const [written, read] = await Promise.all([stat(out).catch(() => undefined), stat(file)]);
  if (written === undefined || written.ino !== read.ino || written.dev !== read.dev) return;
  throw new StartError("file_unwritable", `${out} is the file that is read`, "Choose another --out");
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const line of readLines(file)) if (line.trim() !== "") lines += 1;
  return lines;
}

const standardOutput: Destination = {
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  },
  close: async () => undefined,
};

async function openFile(path: string, file: string): Promise<Destination> {
  const orExplain = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      const reason = codeOf(cause) ?? String(cause);
      throw new StartError("file_unwritable", `${path} cannot be written: ${reason}`, "Choose another --out", {
        cause,
      });
    });
  await requireAnother(path, file);
  const handle = await orExplain(open(path, "w"));
  return {
    write: async (text) => orExplain(handle.writeFile(text)),
    close: async () => orExplain(handle.close()),
  };
}
