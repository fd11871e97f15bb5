import type { RunFilter, Turnwise } from "@turnwise/client";
import { Option } from "commander";
import { type AddCommand, apiKeyOption, type CommandContext, examples, withApiKey } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface RunOptions {
  readonly json?: true;
  readonly apiKey?: string;
}

interface ListOptions extends RunOptions {
  readonly project?: string;
  readonly status?: NonNullable<RunFilter["status"]>;
  readonly limit: number;
  readonly page: number;
}

const statuses: readonly NonNullable<RunFilter["status"]>[] = ["queued", "running", "completed", "failed", "cancelled"];

export const addRuns: AddCommand = (program, context) => {
  const runs = program
    .command("runs")
    .description("runs of a running server: what items, scored by metrics, came to")
    .addHelpText(
      "after",
      examples("turnwise runs", "turnwise runs list --project support", "turnwise runs show RUN_ID"),
    );
  runs
    .command("list", { isDefault: true })
    .description("list them, newest first")
    .option("--project <name>", "of this evaluation project")
    .addOption(new Option("--status <status>", "in this state").choices(statuses))
    .option("--limit <n>", "at most so many", Number, 20)
    .option("--page <n>", "so many on, from 1", Number, 1)
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .action(async (options: ListOptions) => ask(options, context, async (client) => list(client, options, context)));
  runs
    .command("show <id>")
    .description("show one: each metric's mean, what to look at, and its worst items")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer, without items")
    .action(async (id: string, options: RunOptions) =>
      ask(options, context, async (client) => show(client, id, options, context)),
    );
};

async function list(
  { runs }: Turnwise,
  { project, status, limit, page, json }: ListOptions,
  { out, err }: CommandContext,
): Promise<void> {
  const answer = await runs.list({ project_name: project, status, page, page_size: limit });
  if (json) return out.write(`${toPrintableJson(answer, 2)}\n`);
  const { renderRuns } = await import("../render-runs.ts");
  out.write(renderRuns(answer.runs, out));
  if (page * limit < answer.total) err.write(`More: add --page ${page + 1}\n`);
}

/** Of the items that are below the run's threshold. */
const shownItems = 5;

async function show({ runs }: Turnwise, id: string, { json }: RunOptions, { out }: CommandContext): Promise<void> {
  const run = await runs.get(id);
  if (json) return out.write(`${toPrintableJson(run, 2)}\n`);
  const worst = await runs.items(id, { order: "worst", below: run.threshold, page_size: shownItems });
  const { renderOneRun } = await import("../render-runs.ts");
  return out.write(renderOneRun(run, worst, out));
}

type Work = (client: Turnwise) => Promise<void>;

async function ask({ apiKey }: RunOptions, { env }: CommandContext, work: Work): Promise<void> {
  const { askServer } = await import("../../api-client.ts");
  await askServer(withApiKey(env, apiKey), work);
}
