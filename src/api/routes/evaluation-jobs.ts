/** Runs under way. A job is its run: both have one id. Source: VQ-5, VQ-6, VQ-7 */
import { z } from "zod";
import { runNotFound } from "../api-error.ts";
import { requireRun, runRefOf } from "../evaluation/find-evaluation.ts";
import { toJob } from "../evaluation/run-detail.ts";
import { cancelledJobSchema, jobSchema } from "../evaluation-contract.ts";
import { type ApiContext, type Call, defineRoute } from "../route.ts";

async function answerJob(call: Call, { store, evaluation }: ApiContext) {
  const ref = runRefOf(call);
  const run = await requireRun(store.evaluations, ref);
  return { status: 200 as const, body: toJob(run, evaluation?.waitingOf(ref)) };
}

export const getJob = defineRoute({
  method: "get",
  path: "/v2/evaluate/jobs/:job",
  access: "read",
  operation: {
    id: "getJob",
    summary: "How far a run is, and its result once it has ended.",
    reply: { status: 200, schema: jobSchema },
  },
  answer: answerJob,
});

export const getJobStatus = defineRoute({
  method: "get",
  path: "/v2/evaluate/jobs/:job/status",
  access: "read",
  operation: {
    id: "getJobStatus",
    summary: "The same, at the address that Valiqor's clients ask.",
    reply: { status: 200, schema: jobSchema },
  },
  answer: answerJob,
});

export const cancelJob = defineRoute({
  method: "post",
  path: "/v2/evaluate/jobs/:job/cancel",
  access: "write",
  body: z.strictObject({}),
  operation: {
    id: "cancelJob",
    summary: "Ends a run; items that are scored stay so. One that has ended stays as it is.",
    reply: { status: 200, schema: cancelledJobSchema },
  },
  async answer(call, { store }) {
    const ref = runRefOf(call);
    const run = await store.evaluations.cancelRun(ref);
    if (run === undefined) throw runNotFound();
    const message =
      run.status === "cancelled" ? "the run is cancelled" : `the run had ended already: it is ${run.status}`;
    return { status: 200, body: { job_id: run.id, status: run.status, message } };
  },
});
