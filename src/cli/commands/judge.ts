import { createWriteStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { StartError } from "../../model/errors.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { createProgress } from "../progress.ts";
import { count, milliseconds } from "../quantities.ts";
import { readLines } from "../read-lines.ts";

interface JudgeOptions {
  readonly out?: string;
  readonly judge: string;
  readonly evaluateSafety?: true;
  readonly config?: string;
}

export const addJudge: AddCommand = (program, context) => {
  program
    .command("judge")
    .description("judge conversations offline: one JSON line each in, one session detail line each out")
    .argument("<file>", 'lines of {"id", "messages", "tools"?, "metadata"?, "instructions"?, "evaluate_safety"?}')
    .option("--out <file>", "write there instead of to stdout")
    .option("--judge <name>", "a judge of the configuration: rules or llm", "rules")
    .option("--evaluate-safety", "judge the safety of all conversations")
    .option("--config <file>", "the configuration that the judge is taken from")
    .addHelpText("after", examples("turnwise judge conversations.jsonl --out judged.jsonl"))
    .action(async (file: string, options: JudgeOptions) => judgeFile(file, options, context));
};

async function judgeFile(file: string, options: JudgeOptions, { env, err }: CommandContext): Promise<void> {
  const started = performance.now();
  await requireReadable(file);
  const [{ judgeConversations }, { createOfflineJudge }, { createLogger }] = await Promise.all([
    import("../../judge-file.ts"),
    import("../../offline-judge.ts"),
    import("../logger.ts"),
  ]);
  const source = { ...(options.config !== undefined && { path: options.config }), env };
  const judge = await createOfflineJudge(options.judge, source, createLogger(env, err));
  const out = options.out === undefined ? process.stdout : await openForWriting(options.out);
  const progress = createProgress(await countLines(file), err);
  let judged = 0;
  let failed = 0;
  try {
    const safety = options.evaluateSafety === undefined ? {} : { evaluateSafety: true };
    for await (const session of judgeConversations(readLines(file), judge, safety)) {
      judged += 1;
      if (session.status === "failed") failed += 1;
      await writeLine(out, JSON.stringify(session));
      progress.advance();
    }
  } finally {
    progress.clear();
    await judge.shutdown?.();
    if (out !== process.stdout) await close(out);
  }
  err.write(`${count(judged, "conversation")}, ${failed} failed, ${milliseconds(performance.now() - started)}\n`);
  if (failed > 0) process.exitCode = 1;
}

async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    throw new StartError("file_unreadable", `${file} cannot be read`, "Give the path of a file with JSON lines", {
      cause: error,
    });
  }
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const line of readLines(file)) if (line.trim() !== "") lines += 1;
  return lines;
}

async function openForWriting(path: string): Promise<Writable> {
  const stream = createWriteStream(path);
  try {
    await once(stream, "open");
    return stream;
  } catch (error) {
    throw new StartError("file_unwritable", `${path} cannot be written`, "Choose another --out", { cause: error });
  }
}

async function writeLine(stream: Writable, line: string): Promise<void> {
  if (!stream.write(`${line}\n`)) await once(stream, "drain");
}

async function close(stream: Writable): Promise<void> {
  stream.end();
  await once(stream, "close");
}
