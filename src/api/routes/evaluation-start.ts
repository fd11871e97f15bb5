/** What has something evaluated: items that are sent or were uploaded, a trace, stored sessions. Source: VQ-1, VQ-2, VQ-3 */
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import { sessionNotFound } from "../api-error.ts";
import { readInlineItems } from "../evaluation/inline-items.ts";
import { evaluateItems, type SentItems, startRunOver, toWish } from "../evaluation/evaluate-items.ts";
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
  sessionChoiceSchema,
} from "../evaluation-request-contract.ts";
import { type ApiContext, defineRoute } from "../route.ts";

const reply = { status: 200, schema: runSchema, later: jobSchema } as const;

export const evaluate = defineRoute({
  method: "post",
  path: "/v2/evaluate",
  access: "write",
  body: evaluateSchema,
  takesMessages: true,
  operation: {
    id: "evaluate",
    summary: "Scores items that are sent or were uploaded: the result when it is soon there, else the job.",
    reply,
    errors: [404, 429],
  },
  async answer({ ref: { project }, body }, context) {
    const run =
      body.dataset === undefined
        ? await startRun(context, await planRun(context, toWish(project, body)), body.dataset_id ?? "")
        : await startRunOver(context, { project, source: "inline", items: readInlineItems(body.dataset) }, body);
    return replyWithRun(context.store, project, run, body);
  },
});

export const evaluateTraceItems = defineRoute({
  method: "post",
  path: "/v2/evaluate/trace",
  access: "write",
  body: evaluateTraceSchema,
  takesMessages: true,
  operation: {
    id: "evaluateItemsOfTrace",
    summary: "Scores the turns of a trace that is sent, or of a stored session.",
    reply,
    errors: [404, 429],
  },
  async answer({ ref: { project }, body }, context) {
    const { config, threshold = config?.threshold } = body;
    const run = await startRunOver(context, await readTraceItems(context, project, body), { ...body, threshold });
    return replyWithRun(context.store, project, run, body);
  },
});

async function readTraceItems(
  { store }: ApiContext,
  project: string,
  { trace, session_id: id = "" }: EvaluateTrace,
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
  query: sessionChoiceSchema,
  body: evaluateSessionsSchema,
  operation: {
    id: "evaluateSessions",
    summary: "Scores the turns of stored sessions, which are chosen as in a list of them.",
    reply,
    errors: [404, 429],
  },
  answer: async ({ ref: { project }, query, body }, context) => ({
    async wait(ended) {
      const items = itemsOfSessions(context.store, project, query, ended);
      return evaluateItems(context, { project, source: "sessions", items }, body, ended);
    },
  }),
});
