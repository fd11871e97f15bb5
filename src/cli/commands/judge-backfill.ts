/** `turnwise judge --backfill`: a running server's judges say what they have not said yet of sessions that it has. */
import type { Backfill, BackfillEstimate, BackfillFilter, Turnwise } from "@turnwise/client";
import type { Command } from "commander";
import { StartError } from "../../model/errors.ts";
import { apiKeyOption, type CommandContext, withApiKey } from "../command.ts";
import { confirm } from "../confirm.ts";
import { toPrintableJson, toPrintableLine } from "../printable.ts";
import { count, integer, money } from "../quantities.ts";
import { type SessionFilterOptions, toSessionFilter, withSessionFilters } from "../session-filters.ts";
import { drawBar, progressOf, reportAsJson, toProgressJson, waitForSessions } from "../wait-for-sessions.ts";

export interface BackfillOptions extends SessionFilterOptions {
  readonly judge?: string;
  readonly limit?: number;
  readonly again?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait: boolean;
  readonly cancel?: true;
  readonly json?: true;
  readonly apiKey?: string;
}

/** Adds the options; those that no other way of judging has. */
export function withBackfillOptions(command: Command): Command {
  return withSessionFilters(
    command.option("--backfill", "have a running server's judges say what they have not said yet; of these sessions:"),
  )
    .option("--limit <n>", "with --backfill: at most so many sessions, newest activity first (default: 10000)", Number)
    .option("--again", "with --backfill: also what they have said already")
    .option("--dry-run", "with --backfill: only count, and estimate what it costs")
    .option("--yes", "with --backfill: do not ask whether to go on")
    .option("--no-wait", "with --backfill: ask for it and return")
    .option("--cancel", "with --backfill: have those that are not judged yet stay as they are")
    .addOption(apiKeyOption())
    .option("--json", "with --backfill: print the answer as JSON; while it is waited for, a line a second on stderr");
}

export async function judgeBackfill(options: BackfillOptions, context: CommandContext): Promise<void> {
  const { askServer } = await import("../../api-client.ts");
  await askServer(withApiKey(context.env, options.apiKey), async (client) =>
    options.cancel ? cancel(client, options, context) : backfill(client, options, context),
  );
}

async function cancel({ server }: Turnwise, { json }: BackfillOptions, { out }: CommandContext): Promise<void> {
  const before = await server.backfills();
  const { cancelled } = await server.cancelBackfills();
  const spared = cancelled - before.cancelled;
  out.write(json ? `${toPrintableJson({ cancelled: spared }, 2)}\n` : `${count(spared, "session")} not judged\n`);
}

async function backfill({ server }: Turnwise, options: BackfillOptions, context: CommandContext): Promise<void> {
  const { json, wait, yes, dryRun } = options;
  const { out, err } = context;
  const filter = toFilter(options);
  if (dryRun || !yes) {
    const plan = await server.backfill({ ...filter, dry_run: true });
    if (dryRun) return out.write(json ? `${toPrintableJson(plan, 2)}\n` : renderPlan(plan));
    err.write(renderPlan(plan));
    if (plan.sessions === 0) return undefined;
    if (!(await isWanted(context))) return err.write("Nothing was asked for.\n");
  }
  const { state } = await server.backfill(filter);
  if (!wait) {
    const said = `${count(state.waiting, "session")} ${state.waiting === 1 ? "waits" : "wait"} to be judged`;
    const progress = progressOf(state.waiting, state.waiting);
    return out.write(`${json ? toPrintableJson(toProgressJson(progress, "judged"), 2) : said}\n`);
  }
  if (!json) await tellPauses(server, options, context);
  const shown = json ? reportAsJson("judged", context) : await drawBar(state.waiting, context);
  const progress = await waitForSessions(state, async () => server.backfills(), shown);
  if (json) return out.write(`${toPrintableJson(toProgressJson(progress, "judged"), 2)}\n`);
  const rest =
    progress.cancelled === 0 ? "" : `; ${count(progress.cancelled, "session")} not, because that was cancelled`;
  return out.write(`${count(progress.finished, "session")} gone through${rest}\n`);
}

/** Who waits is to know what for. */
async function tellPauses(
  server: Turnwise["server"],
  { judge }: BackfillOptions,
  { err }: CommandContext,
): Promise<void> {
  const { judges, evaluators } = await server.judges();
  // Who names nobody asks judges only.
  for (const { name, paused } of judge === undefined ? judges : [...judges, ...evaluators]) {
    if (paused === null || (judge ?? name) !== name) continue;
    err.write(toPrintableLine(`${name} is paused until ${paused.until}: ${paused.message}`));
    err.write("\n");
  }
}

async function isWanted({ err }: CommandContext): Promise<boolean> {
  const answer = await confirm("Have them judged?", err);
  if (answer !== undefined) return answer;
  throw new StartError("not_confirmed", "nobody can be asked here whether to go on", "Add --yes, or --dry-run");
}

function toFilter({ judge, limit, again, ...options }: BackfillOptions): BackfillFilter {
  return { ...toSessionFilter(options), judge, limit, again };
}

function renderPlan({ sessions, has_more, judges }: Backfill): string {
  const more = has_more ? ", and there are more: raise --limit, or come again after these" : "";
  const lines = sessions === 0 ? [] : judges.map((judge) => `  ${judge.name}: ${renderEstimate(judge)}`);
  return `${[`${count(sessions, "session")} to be judged${more}`, ...lines].join("\n")}\n`;
}

function renderEstimate(estimate: BackfillEstimate): string {
  const { turns, trajectories, input_tokens, output_tokens, cost_usd, basis, compared } = estimate;
  const work = `${count(turns, "turn")}, ${trajectories === 1 ? "1 trajectory" : `${integer(trajectories)} trajectories`}`;
  if (basis === "no_model" || turns + trajectories === 0) return `${work}, at no cost`;
  const cost = cost_usd === null ? "at a cost that nobody knows yet" : `about ${money(cost_usd)}`;
  const tokens = `about ${integer(input_tokens)} tokens in, ${integer(output_tokens)} out, ${cost}`;
  const from =
    basis === "content_sizes" ? "by the size of what was said" : `by ${count(compared, "earlier judgement")}`;
  return `${work}; ${tokens} (${from})`;
}
