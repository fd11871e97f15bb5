import type { ParkedFilter, ParkedRequest, Turnwise } from "@turnwise/client";
import type { Command } from "commander";
import { type AddCommand, apiKeyOption, type CommandContext, examples, withApiKey } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface QueueOptions extends ParkedFilter {
  readonly all?: true;
  readonly json?: true;
  readonly apiKey?: string;
}

export const addQueue: AddCommand = (program, context) => {
  const queue = program
    .command("queue")
    .description("requests that an exporter could not send on and set aside: see them, send them again, drop them")
    .addHelpText("after", examples("turnwise queue list", "turnwise queue retry --all", "turnwise queue drop 17 18"));
  queue
    .command("list")
    .description("list what was set aside, oldest first")
    .option("--exporter <id>", "by this exporter")
    .option("--limit <n>", "at most so many", Number, 50)
    .option("--cursor <cursor>", "continue a page, as the one before says")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .action(async (options: QueueOptions) => ask(options, context, async (client) => list(client, options, context)));
  addDecision(queue.command("retry [ids...]").description("send them again, behind what waits"), context, {
    done: "waits to be sent again",
    decide: async ({ server }, id) => server.retryParkedRequest(id),
  });
  addDecision(queue.command("drop [ids...]").description("forget them: they are sent no more"), context, {
    done: "was dropped",
    decide: async ({ server }, id) => server.dropParkedRequest(id),
  });
};

interface Decision {
  readonly done: string;
  readonly decide: (client: Turnwise, id: number) => Promise<void>;
}

function addDecision(command: Command, context: CommandContext, decision: Decision): void {
  command
    .option("--all", "all that were set aside")
    .option("--exporter <id>", "with --all: by this exporter")
    .addOption(apiKeyOption())
    .option("--json", "print what was done as JSON")
    .action(async (ids: readonly string[], options: QueueOptions) => {
      if ((ids.length === 0) !== (options.all === true)) command.error("error: give ids, or --all");
      await ask(options, context, async (client) => decide(client, ids.map(Number), options, decision, context));
    });
}

async function list(
  { server }: Turnwise,
  { exporter, limit, cursor, json }: QueueOptions,
  { out, err }: CommandContext,
): Promise<void> {
  const page = await server.parkedRequests({ exporter, limit, cursor });
  if (json) return out.write(`${toPrintableJson(page, 2)}\n`);
  const { renderQueue } = await import("../render-queue.ts");
  out.write(renderQueue(page.requests, out));
  if (page.next_cursor !== null) err.write(`More: add --cursor ${page.next_cursor}\n`);
}

async function decide(
  client: Turnwise,
  ids: readonly number[],
  options: QueueOptions,
  { done, decide }: Decision,
  { out }: CommandContext,
): Promise<void> {
  const chosen = options.all ? (await all(client, options)).map(({ id }) => id) : ids;
  for (const id of chosen) {
    await decide(client, id);
    if (!options.json) out.write(`${id} ${done}\n`);
  }
  if (options.json) out.write(`${toPrintableJson({ ids: chosen }, 2)}\n`);
  else if (chosen.length === 0) out.write("Nothing was set aside.\n");
}

/** All of them before the first is decided about: what is sent again may be set aside again, with another id. */
async function all({ server }: Turnwise, { exporter }: QueueOptions): Promise<readonly ParkedRequest[]> {
  const found: ParkedRequest[] = [];
  let cursor: string | null = "0";
  while (cursor !== null) {
    const page = await server.parkedRequests({ limit: 500, cursor, exporter });
    found.push(...page.requests);
    cursor = page.next_cursor;
  }
  return found;
}

type Work = (client: Turnwise) => Promise<void>;

async function ask({ apiKey }: QueueOptions, { env }: CommandContext, work: Work): Promise<void> {
  const { askServer } = await import("../../api-client.ts");
  await askServer(withApiKey(env, apiKey), work);
}
