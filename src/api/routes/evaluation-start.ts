/** What has something evaluated: items that are sent or were uploaded, a trace, stored sessions. Source: VQ-1, VQ-2, VQ-3 */
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import { sessionNotFound } from "../api-error.ts";
import { readInlineItems } from "../evaluation/inline-items.ts";
import { evaluateItems, type KeyedFields, type SentItems, startRunOver, toWish } from "../evaluation/evaluate-items.ts";
import { findRepeated, runKeyOf } from "../evaluation/repeated-run.ts";
import { replyWithRun } from "../evaluation/run-answer.ts";
import { itemsOfSessions } from "../evaluation/items-of-sessions.ts";
import { planRun, startRun } from "../evaluation/start-run.ts";
import { itemsOfSentTrace } from "../evaluation/trace-items.ts";
import { jobSchema, runSchema } from "../evaluation-contract.ts";
import {
  evaluateSchema,
  type EvaluateTrace,
  evaluateSessionsSchema,
  evaluateTraceSchema,
  type RunFields,
  sessionChoiceSchema,
} from "../evaluation-request-contract.ts";
import type { EvaluationRun } from "../../model/evaluation.ts";
import { type ApiContext, type Call, defineRoute, type Reply } from "../route.ts";

const reply = { status: 200, schema: runSchema, later: jobSchema } as const;

export const evaluate = defineRoute({
  method: "post",
  path: "/v2/evaluate",
  access: "write",
  headers: ["idempotency-key"],
  body: evaluateSchema,
  takesMessages: true,
  operation: {
    id: "evaluate",
    summary: "Scores items that are sent or were uploaded: the result when it is soon there, else the job.",
    reply,
    errors: [404, 422, 429],
  },
  async answer(call, context) {
    const { project } = call.ref;
    const { dataset, dataset_id: id = "", ...fields } = call.body;
    return startOnce(call, context, fields, async (asked) =>
      dataset === undefined
        ? startRun(context, await planRun(context, toWish(project, asked)), id)
        : startRunOver(context, { project, source: "inline", items: readInlineItems(dataset) }, asked),
    );
  },
});

export const evaluateTraceItems = defineRoute({
  method: "post",
  path: "/v2/evaluate/trace",
  access: "write",
  headers: ["idempotency-key"],
  body: evaluateTraceSchema,
  takesMessages: true,
  operation: {
    id: "evaluateItemsOfTrace",
    summary: "Scores the turns of a trace that is sent, or of a stored session.",
    reply,
    errors: [404, 422, 429],
  },
  async answer(call, context) {
    const { trace, session_id, config, threshold = config?.threshold, ...fields } = call.body;
    return startOnce(call, context, { ...fields, threshold }, async (asked) =>
      startRunOver(context, await readTraceItems(context, call.ref.project, { trace, session_id }), asked),
    );
  },
});

async function readTraceItems(
  { store }: ApiContext,
  project: string,
  { trace, session_id: id = "" }: Pick<EvaluateTrace, "trace" | "session_id">,
): Promise<SentItems> {
  if (trace !== undefined) return { project, source: "trace", items: itemsOfSentTrace(trace) };
  const judged = await store.getSession({ project, id });
  if (judged === undefined) throw sessionNotFound();
  return { project, source: "sessions", items: itemsOfSession(judged.session.id, judged.session) };
}

export const evaluateSessions = defineRoute({
  method: "post",
  path: "/v2/evaluate/sessions",
  access: "write",
  headers: ["idempotency-key"],
  query: sessionChoiceSchema,
  body: evaluateSessionsSchema,
  operation: {
    id: "evaluateSessions",
    summary: "Scores the turns of stored sessions, which are chosen as in a list of them.",
    reply,
    errors: [404, 422, 429],
  },
  async answer(call, context) {
    const { query, body, ref } = call;
    const { project } = ref;
    const idempotency = runKeyOf(call, body, context);
    const before = idempotency && (await findRepeated(context.store.evaluations, project, idempotency));
    if (before !== undefined) return replyWithRun(context, project, before, body, true);
    return {
      async wait(ended) {
        const items = itemsOfSessions(context.store, project, query, ended);
        return evaluateItems(context, { project, source: "sessions", items }, { ...body, idempotency }, ended);
      },
    };
  },
});

/** Nothing is started when it was before, under the same idempotency key. */
async function startOnce(
  call: Call<unknown, object>,
  context: ApiContext,
  fields: RunFields,
  start: (asked: KeyedFields) => Promise<EvaluationRun>,
): Promise<Reply> {
  const { project } = call.ref;
  const idempotency = runKeyOf(call, call.body, context);
  const before = idempotency && (await findRepeated(context.store.evaluations, project, idempotency));
  if (before !== undefined) return replyWithRun(context, project, before, fields, true);
  return replyWithRun(context, project, await start({ ...fields, idempotency }), fields);
}
