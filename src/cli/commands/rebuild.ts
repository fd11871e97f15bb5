import { setTimeout as sleep } from "node:timers/promises";
import type { Turnwise } from "@turnwise/client";
import { apiKeyOption, examples, withApiKey, type AddCommand, type CommandContext } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import { count } from "../quantities.ts";

interface RebuildOptions {
  readonly json?: true;
  readonly wait: boolean;
  readonly cancel?: true;
  readonly apiKey?: string;
}

/** How often the server is asked how far it is, and how often JSON says it, in milliseconds. */
const pollMs = 200;
const reportMs = 1000;
/** A server that ended goes on where it was when it is started again: so long it is waited for. */
const patienceMs = 60_000;

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
    return out.write(`${json ? toPrintableJson(progressOf(sessions, sessions, 0), 2) : said}\n`);
  }
  const progress = await untilBuilt(client, asked, json ? reportAsJson(context) : await drawBar(sessions, context));
  const { built, cancelled } = progress;
  if (json) return out.write(`${toPrintableJson(progress, 2)}\n`);
  const rest = cancelled === 0 ? "" : `; ${count(cancelled, "session")} not, because that was cancelled`;
  return out.write(`${count(built, "session")} built again${rest}\n`);
}

interface Asked {
  readonly waiting: number;
  readonly cancelled: number;
}

async function rebuildOne({ server, sessions }: Turnwise, id: string): Promise<Asked> {
  const { cancelled } = await server.rebuilds();
  await sessions.rebuild(id);
  return { waiting: 1, cancelled };
}

/** Keys as in the API. `sessions`: those that were to be built when it was asked for. */
interface RebuildProgress {
  readonly sessions: number;
  readonly built: number;
  readonly remaining: number;
  readonly cancelled: number;
  readonly per_second: number;
  readonly seconds: number;
  readonly done: boolean;
}

/** Others may ask for more meanwhile, so that more wait than were asked for: then nothing is built yet of ours. */
function progressOf(sessions: number, waiting: number, elapsedMs: number, cancelled = 0): RebuildProgress {
  const remaining = Math.min(waiting, sessions);
  const built = Math.max(0, sessions - remaining - cancelled);
  const seconds = Math.round(elapsedMs / 100) / 10;
  const perSecond = elapsedMs === 0 ? 0 : Math.round((built * 10_000) / elapsedMs) / 10;
  return { sessions, built, remaining, cancelled, per_second: perSecond, seconds, done: remaining === 0 };
}

/** What is shown of it meanwhile. */
interface Shown {
  readonly show: (progress: RebuildProgress) => void;
  readonly end: () => void;
}

async function untilBuilt(client: Turnwise, asked: Asked, { show, end }: Shown): Promise<RebuildProgress> {
  const startedAt = performance.now();
  try {
    for (;;) {
      const { waiting, cancelled } = await readState(client);
      const since = Math.max(0, cancelled - asked.cancelled);
      const progress = progressOf(asked.waiting, waiting, performance.now() - startedAt, since);
      show(progress);
      if (progress.done) return progress;
      await sleep(pollMs);
    }
  } finally {
    end();
  }
}

async function readState({ server }: Turnwise): Promise<Asked> {
  const { ConnectionError } = await import("@turnwise/client");
  for (const giveUpAt = performance.now() + patienceMs; ; await sleep(pollMs)) {
    try {
      return await server.rebuilds();
    } catch (error) {
      if (!(error instanceof ConnectionError) || performance.now() > giveUpAt) throw error;
    }
  }
}

async function drawBar(sessions: number, { err }: CommandContext): Promise<Shown> {
  const { createProgress } = await import("../progress.ts");
  const progress = createProgress(sessions, err);
  let drawn = 0;
  return {
    show({ built, cancelled }) {
      for (; drawn < built + cancelled; drawn += 1) progress.advance();
    },
    end: () => progress.clear(),
  };
}

/** A line each, for programs that watch. */
function reportAsJson({ err }: CommandContext): Shown {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      if (!progress.done && performance.now() - reportedAt < reportMs) return;
      reportedAt = performance.now();
      err.write(`${toPrintableJson(progress)}\n`);
    },
    end: () => undefined,
  };
}
