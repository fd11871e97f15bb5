import type { ImportedLabel, Label, Turnwise } from "@turnwise/client";
import { StartError } from "../../model/errors.ts";
import { type AddCommand, apiKeyOption, type CommandContext, examples, withApiKey } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import { count } from "../quantities.ts";
import { readLines } from "../read-lines.ts";

interface LabelsOptions {
  readonly json?: true;
  readonly apiKey?: string;
}

const lineFormat = `
A line is {"session_id", "target": "turn" | "tool_call" | "trajectory", "score": -1 | 0 | 1}, with "turn" and "tool_call" (from 1)
as the target needs them, and perhaps "dimension", "note", "labeller", "labelled_at" (ISO 8601) and "digest" (of the content that
is spoken of; without it, the content as it is). An export can be imported. Imported twice, labels are there once.
`;

export const addLabels: AddCommand = (program, context) => {
  const labels = program
    .command("labels")
    .description("labels of all sessions: take them in from a file, or print them")
    .addHelpText("after", examples("turnwise labels import labels.jsonl", "turnwise labels export > labels.jsonl"));
  labels
    .command("import <file>")
    .description("take in a file of JSON lines: all of them, or none when one is wrong")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText("after", lineFormat)
    .action(async (file: string, options: LabelsOptions) => {
      const lines = await readLabels(file);
      await ask(options, context, async (client) => take(client, lines, options, context));
    });
  labels
    .command("export")
    .description("print all labels as JSON lines, oldest first; stale ones too, with the digest that they speak of")
    .addOption(apiKeyOption())
    .action(async (options: LabelsOptions) => ask(options, context, async (client) => give(client, context)));
};

/** What the server takes at once, and what one request may hold. */
const maxLabels = 5000;
const maxBytes = 1_000_000;

interface LabelLine {
  readonly number: number;
  readonly label: ImportedLabel;
}

/** Throws a StartError that names the lines that are no JSON objects. What else is wrong with one, the server says. */
async function readLabels(file: string): Promise<readonly LabelLine[]> {
  const lines: LabelLine[] = [];
  const wrong: number[] = [];
  let number = 0;
  let bytes = 0;
  try {
    for await (const line of readLines(file)) {
      number += 1;
      if (line.trim() === "") continue;
      bytes += Buffer.byteLength(line);
      const label = parseLine(line);
      if (label === undefined) wrong.push(number);
      else lines.push({ number, label });
      if (lines.length > maxLabels || bytes > maxBytes) break;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("file_unreadable", `${file} cannot be read: ${reason}`, "Give a file of JSON lines", {
      cause,
    });
  }
  if (lines.length > maxLabels || bytes > maxBytes)
    throw new StartError(
      "file_too_large",
      `${file} holds more than ${maxLabels} labels, or more than ${maxBytes / 1_000_000} MB`,
      "Import it in parts: labels that are there already stay as they are",
    );
  if (wrong.length > 0)
    throw new StartError("labels_invalid", wrong.map((each) => `line ${each}: no JSON object`).join("\n"), remedy);
  return lines;
}

const remedy = "Nothing was imported: correct the file. What a line holds: turnwise labels import --help";

function parseLine(line: string): ImportedLabel | undefined {
  try {
    const label: unknown = JSON.parse(line);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server checks every field
    return typeof label === "object" && label !== null && !Array.isArray(label) ? (label as ImportedLabel) : undefined;
  } catch {
    return undefined;
  }
}

async function take(
  { server }: Turnwise,
  lines: readonly LabelLine[],
  { json }: LabelsOptions,
  { out }: CommandContext,
): Promise<void> {
  const { InvalidRequestError } = await import("@turnwise/client");
  try {
    const answer = await server.importLabels(lines.map(({ label }) => label));
    out.write(json ? `${toPrintableJson(answer, 2)}\n` : `${count(answer.imported, "label")} imported\n`);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    throw new StartError("labels_invalid", inLines(error.message, lines), remedy, { cause: error });
  }
}

/** The server names labels by their place in what it was sent. */
const inLines = (message: string, lines: readonly LabelLine[]): string =>
  message.replaceAll(/"labels\.(\d+)\.?([^"]*)"/g, (_, at: string, field: string) => {
    const line = `line ${lines[Number(at)]?.number}`;
    return field === "" ? line : `${line}, "${field}"`;
  });

async function give({ server }: Turnwise, { out }: CommandContext): Promise<void> {
  let cursor: string | null = "0";
  while (cursor !== null) {
    const page = await server.labels({ limit: 1000, cursor });
    out.write(page.labels.map((label) => `${toPrintableJson(toLine(label))}\n`).join(""));
    cursor = page.next_cursor;
  }
}

/** Whether one is stale is not said but found out: by its digest. */
function toLine(label: Label): ImportedLabel {
  const { session_id, target, turn, tool_call, dimension, score, note, labeller, labelled_at, digest } = label;
  return { session_id, target, turn, tool_call, dimension, score, note, labeller, labelled_at, digest };
}

async function ask<T>(
  { apiKey }: LabelsOptions,
  { env }: CommandContext,
  work: (client: Turnwise) => Promise<T>,
): Promise<T> {
  const { askServer } = await import("../../api-client.ts");
  return askServer(withApiKey(env, apiKey), work);
}
