/** Sessions that judges are to say about what they have not said yet: counted, asked for, watched, taken back. */
import { z } from "zod";
import type { BackfillJudge, BackfillOptions, BackfillWork } from "../../component/backfills.ts";
import type { Store } from "../../component/store.ts";
import { ApiError } from "../api-error.ts";
import {
  type BackfillDetail,
  type BackfillQuery,
  backfillQuerySchema,
  backfillSchema,
  type BackfillsState,
  backfillsStateSchema,
} from "../backfill-contract.ts";
import { createCancelCounts } from "../cancel-counts.ts";
import { estimateBackfill } from "../estimate-backfill.ts";
import { judgesAskedFor } from "../judges-asked-for.ts";
import { defineRoute, type JudgeInfo } from "../route.ts";
import { toSessionFilter } from "../session-query.ts";

const cancelCounts = createCancelCounts();

async function stateOf(store: Store, project: string): Promise<BackfillsState> {
  const { waiting, judge = null, again } = await store.backfills.readState(project);
  return { waiting, cancelled: await cancelCounts.of(store, project), judge, again };
}

export const requestBackfill = defineRoute({
  method: "post",
  path: "/api/v1/backfills",
  access: "write",
  query: backfillQuerySchema,
  body: z.strictObject({}),
  operation: {
    id: "requestBackfill",
    summary:
      "Has sessions judged by judges, or scored by the evaluator that is named, where they have not been, behind everything else that waits; with dry_run only counts and estimates.",
    reply: { status: 200, schema: backfillSchema },
    errors: [409],
  },
  async answer({ ref: { project }, query, gone }, { store, judges, evaluators = [] }) {
    const asked: readonly (JudgeInfo & BackfillJudge)[] = judgesAskedFor(
      query.judge === undefined ? judges : [...judges, ...evaluators],
      query.judge,
    );
    const plan = { query: toSessionFilter(project, query), judges: asked, again: query.again };
    const mark = query.dry_run ? undefined : markIn(store, project, query);
    const { sessions, work, hasMore } = await goThrough(store, { ...plan, limit: query.limit }, mark, gone);
    const estimates = asked.map(async (judge, at) =>
      estimateBackfill(judge, work[at] ?? noWork, await store.backfills.readCosts(project, judge.name)),
    );
    const body: BackfillDetail = {
      dry_run: query.dry_run,
      sessions,
      has_more: hasMore,
      judges: await Promise.all(estimates),
      state: await stateOf(store, project),
    };
    return { status: 200, body };
  },
});

export const getBackfills = defineRoute({
  method: "get",
  path: "/api/v1/backfills",
  access: "read",
  operation: {
    id: "getBackfills",
    summary: "How many sessions of a backfill are still to be judged.",
    reply: { status: 200, schema: backfillsStateSchema },
  },
  async answer({ ref: { project } }, { store }) {
    return { status: 200, body: await stateOf(store, project) };
  },
});

export const cancelBackfills = defineRoute({
  method: "delete",
  path: "/api/v1/backfills",
  access: "write",
  operation: {
    id: "cancelBackfills",
    summary: "Those that are not judged yet stay as they are.",
    reply: { status: 200, schema: backfillsStateSchema },
  },
  async answer({ ref: { project } }, { store }) {
    await cancelCounts.count(store, project, async () => store.backfills.cancel(project));
    return { status: 200, body: await stateOf(store, project) };
  },
});

type Mark = (sessions: readonly number[]) => Promise<void>;

function markIn(store: Store, project: string, { judge, again }: BackfillQuery): Mark {
  return async (sessions) => {
    const request = { project, sessions, again, ...(judge === undefined ? {} : { judge }) };
    if (await store.backfills.request(request)) return;
    const detail = "another backfill waits, for another judge or in another way; wait for it, or cancel it";
    throw new ApiError(409, "backfill_waiting", detail);
  };
}

interface GoneThrough {
  readonly sessions: number;
  /** In the order of the judges. */
  readonly work: readonly BackfillWork[];
  readonly hasMore: boolean;
}

const noWork: BackfillWork = { turns: 0, trajectories: 0, turnBytes: 0, trajectoryBytes: 0 };

/** Slice by slice. What is marked stays so when whoever asks has gone; what is only counted is counted for nobody then. */
async function goThrough(
  store: Store,
  { limit, query, ...options }: BackfillOptions,
  mark: Mark | undefined,
  gone: AbortSignal,
): Promise<GoneThrough> {
  const isDryRun = mark === undefined;
  let work: readonly BackfillWork[] = options.judges.map(() => noWork);
  let sessions = 0;
  let cursor: string | undefined;
  do {
    const place = cursor === undefined ? {} : { cursor };
    const slice = await store.backfills.plan({ ...options, query: { ...query, ...place }, limit: limit - sessions });
    await mark?.(slice.sessions);
    sessions += slice.sessions.length;
    work = work.map((own, at) => addWork(own, slice.work[at] ?? noWork));
    ({ cursor } = slice);
    if (isDryRun && gone.aborted) break;
  } while (cursor !== undefined && sessions < limit);
  return { sessions, work, hasMore: cursor !== undefined };
}

const addWork = (a: BackfillWork, b: BackfillWork): BackfillWork => ({
  turns: a.turns + b.turns,
  trajectories: a.trajectories + b.trajectories,
  turnBytes: a.turnBytes + b.turnBytes,
  trajectoryBytes: a.trajectoryBytes + b.trajectoryBytes,
});
