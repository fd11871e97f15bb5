import type { Turnwise } from "@turnwise/client";
import { apiKeyOption, examples, withApiKey, type AddCommand, type CommandContext } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import { count } from "../quantities.ts";
import {
  drawBar,
  type Marked,
  progressOf,
  reportAsJson,
  toProgressJson,
  waitForSessions,
} from "../wait-for-sessions.ts";

interface RebuildOptions {
  readonly json?: true;
  readonly wait: boolean;
  readonly cancel?: true;
  readonly apiKey?: string;
}

export const addRebuild: AddCommand = (program, context) => {
  program
    .command("rebuild")
    .description(
      "have a running server build sessions again of the spans it has; what stays the same keeps its judgements",
    )
    .argument("[id]", "one session; without it all of the project")
    .option("--no-wait", "ask for it and return")
    .option("--cancel", "have those that are not built yet stay as they are")
    .addOption(apiKeyOption())
    .option("--json", "print what was done as JSON; while it is waited for, a line a second on stderr")
    .addHelpText(
      "after",
      examples("turnwise rebuild", "turnwise rebuild 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d", "turnwise rebuild --cancel"),
    )
    .action(async (id: string | undefined, options: RebuildOptions) => {
      const { askServer } = await import("../../api-client.ts");
      await askServer(withApiKey(context.env, options.apiKey), async (client) =>
        options.cancel ? cancel(client, options, context) : rebuild(client, id, options, context),
      );
    });
};

async function cancel({ server }: Turnwise, { json }: RebuildOptions, { out }: CommandContext): Promise<void> {
  const before = await server.rebuilds();
  const { cancelled } = await server.cancelRebuilds();
  const spared = cancelled - before.cancelled;
  out.write(json ? `${toPrintableJson({ cancelled: spared }, 2)}\n` : `${count(spared, "session")} not built again\n`);
}

async function rebuild(
  client: Turnwise,
  id: string | undefined,
  { json, wait }: RebuildOptions,
  context: CommandContext,
): Promise<void> {
  const { out } = context;
  const asked = id === undefined ? await client.server.rebuild() : await rebuildOne(client, id);
  const sessions = asked.waiting;
  if (!wait) {
    const said = `${count(sessions, "session")} ${sessions === 1 ? "waits" : "wait"} to be built again`;
    return out.write(`${json ? toPrintableJson(toProgressJson(progressOf(sessions, sessions), "built"), 2) : said}\n`);
  }
  const shown = json ? reportAsJson("built", context) : await drawBar(sessions, context);
  const progress = await waitForSessions(asked, async () => client.server.rebuilds(), shown);
  const { finished: built, cancelled } = progress;
  if (json) return out.write(`${toPrintableJson(toProgressJson(progress, "built"), 2)}\n`);
  const rest = cancelled === 0 ? "" : `; ${count(cancelled, "session")} not, because that was cancelled`;
  return out.write(`${count(built, "session")} built again${rest}\n`);
}

async function rebuildOne({ server, sessions }: Turnwise, id: string): Promise<Marked> {
  const { cancelled } = await server.rebuilds();
  await sessions.rebuild(id);
  return { waiting: 1, cancelled };
}
