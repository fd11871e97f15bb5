import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api-client.ts";
import { apiKeyOption, examples, withApiKey, type AddCommand, type CommandContext } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface RebuildOptions {
  readonly json?: true;
  readonly wait: boolean;
  readonly apiKey?: string;
}

/** How often the server is asked how far it is, in milliseconds. */
const pollMs = 200;

export const addRebuild: AddCommand = (program, context) => {
  program
    .command("rebuild")
    .description(
      "have a running server build sessions again of the spans it has; what stays the same keeps its judgements",
    )
    .argument("[id]", "one session; without it all of the project")
    .option("--no-wait", "ask for it and return")
    .addOption(apiKeyOption())
    .option("--json", "print what was done as JSON")
    .addHelpText("after", examples("turnwise rebuild", "turnwise rebuild 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d"))
    .action(async (id: string | undefined, options: RebuildOptions) => rebuild(id, options, context));
};

async function rebuild(id: string | undefined, options: RebuildOptions, context: CommandContext): Promise<void> {
  const { env, out } = context;
  const { createApiClient } = await import("../../api-client.ts");
  const client = createApiClient(withApiKey(env, options.apiKey));
  const sessions = id === undefined ? (await client.rebuildSessions()).waiting : await rebuildOne(client, id);
  const isDone = options.wait;
  if (isDone) await untilBuilt(client, sessions, context);
  if (options.json) return out.write(`${toPrintableJson({ sessions, done: isDone }, 2)}\n`);
  const count = `${sessions} ${sessions === 1 ? "session" : "sessions"}`;
  return out.write(isDone ? `${count} built again\n` : `${count} wait to be built again\n`);
}

async function rebuildOne(client: ApiClient, id: string): Promise<number> {
  await client.rebuildSession(id);
  return 1;
}

/** Shows how far it is. Others may ask for more meanwhile, so that the number rises: then the bar stands still. */
async function untilBuilt(client: ApiClient, sessions: number, { err }: CommandContext): Promise<void> {
  const { createProgress } = await import("../progress.ts");
  const progress = createProgress(sessions, err);
  let left = sessions;
  for (let waiting = sessions; waiting > 0;) {
    ({ waiting } = await client.getRebuilds());
    for (; left > waiting; left -= 1) progress.advance();
    if (waiting > 0) await sleep(pollMs);
  }
  progress.clear();
}
