import { openAsBlob } from "node:fs";
import { basename, extname } from "node:path";
import type { Turnwise } from "@turnwise/client";
import { StartError } from "../../model/errors.ts";
import { type AddCommand, apiKeyOption, type CommandContext, examples, withApiKey } from "../command.ts";
import { toPrintableJson, toPrintableLine } from "../printable.ts";
import { bytes, count } from "../quantities.ts";

interface DatasetOptions {
  readonly json?: true;
  readonly apiKey?: string;
}

interface ListOptions extends DatasetOptions {
  readonly limit: number;
  readonly page: number;
}

interface UploadOptions extends DatasetOptions {
  readonly name?: string;
}

/** What a file is, by its ending. */
const types = new Map([
  [".jsonl", "application/jsonl"],
  [".ndjson", "application/jsonl"],
  [".csv", "text/csv"],
  [".json", "application/json"],
]);

const fileFormat = `
A file is JSON lines (.jsonl, .ndjson), a JSON list (.json), or comma separated values (.csv) with the keys in their first line. An
item is {"input", "output"}, and perhaps "id", "context", "expected", "metadata". All items are taken, or none when one is wrong.
`;

export const addDatasets: AddCommand = (program, context) => {
  const datasets = program
    .command("datasets")
    .description("datasets of a running server, which runs score: list them, upload a file")
    .addHelpText("after", examples("turnwise datasets", "turnwise datasets upload answers.jsonl --name support-v1"));
  datasets
    .command("list", { isDefault: true })
    .description("list those that have a name, newest first")
    .option("--limit <n>", "at most so many", Number, 20)
    .option("--page <n>", "so many on, from 1", Number, 1)
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .action(async (options: ListOptions) => ask(options, context, async (client) => list(client, options, context)));
  datasets
    .command("upload <file>")
    .description("send a file of items, and print the dataset's id")
    .option("--name <name>", "what it is called (default: the file's name without its ending)")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText("after", fileFormat)
    .action(async (file: string, options: UploadOptions) => {
      const content = await openFile(file);
      await ask(options, context, async (client) => upload(client, file, content, options, context));
    });
};

async function list(
  { datasets }: Turnwise,
  { limit, page, json }: ListOptions,
  { out, err }: CommandContext,
): Promise<void> {
  const answer = await datasets.list({ page, page_size: limit });
  if (json) return out.write(`${toPrintableJson(answer, 2)}\n`);
  const { renderDatasets } = await import("../render-datasets.ts");
  out.write(renderDatasets(answer.datasets, out));
  if (page * limit < answer.total) err.write(`More: add --page ${page + 1}\n`);
}

/** Read while it is sent. Throws a StartError for a file that is not there, or whose ending does not say what it is. */
async function openFile(file: string): Promise<Blob> {
  const type = types.get(extname(file).toLowerCase());
  if (type === undefined)
    throw new StartError(
      "format_unknown",
      `${file} does not say what it is`,
      `Name it ${[...types.keys()].join(", ")}`,
    );
  try {
    return await openAsBlob(file, { type });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("file_unreadable", `${file} cannot be read: ${reason}`, "Give a file of items", { cause });
  }
}

async function upload(
  { datasets }: Turnwise,
  file: string,
  content: Blob,
  { name = basename(file, extname(file)), json }: UploadOptions,
  { out, err }: CommandContext,
): Promise<void> {
  if (err.isTerminal) err.write(`Sending ${bytes(content.size)} ...\n`);
  const { InvalidRequestError } = await import("@turnwise/client");
  try {
    const dataset = await datasets.upload(name, content);
    if (json) return out.write(`${toPrintableJson(dataset, 2)}\n`);
    err.write(`${toPrintableLine(name)}: ${count(dataset.total_items, "item")}\n`);
    return out.write(`${dataset.dataset_id}\n`);
  } catch (error) {
    if (!(error instanceof InvalidRequestError && error.errors.length > 0)) throw error;
    const mistakes = error.errors.map(describe).join("\n");
    throw new StartError("dataset_invalid", mistakes, "Nothing was taken: correct the file", { cause: error });
  }
}

/** `line 3, "input": must be a text`. */
function describe({
  line,
  key,
  message,
}: {
  readonly line: number | null;
  readonly key: string | null;
  readonly message: string;
}) {
  const place = [...(line === null ? [] : [`line ${line}`]), ...(key === null ? [] : [JSON.stringify(key)])];
  return place.length === 0 ? message : `${place.join(", ")}: ${message}`;
}

type Work = (client: Turnwise) => Promise<void>;

async function ask({ apiKey }: DatasetOptions, { env }: CommandContext, work: Work): Promise<void> {
  const { askServer } = await import("../../api-client.ts");
  await askServer(withApiKey(env, apiKey), work);
}
