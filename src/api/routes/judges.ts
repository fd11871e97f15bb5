import { calibrate } from "../../evaluation/calibration.ts";
import { toJudgesDetail } from "../judge-states.ts";
import { judgesSchema } from "../label-contract.ts";
import { utcDay } from "../../model/spend.ts";
import { defineRoute } from "../route.ts";

/** The judges and evaluators, whether they judge, and how far people agree with the judges: computed of all labels, each time. */
export const listJudges = defineRoute({
  method: "get",
  path: "/api/v1/judges",
  access: "read",
  operation: {
    id: "listJudges",
    summary:
      "The judges and the evaluators: whether they judge, and how far each judge's version agrees with people's labels.",
    reply: { status: 200, schema: judgesSchema },
  },
  async answer({ ref: { project } }, { store, judges, evaluators = [], pausesOf }) {
    const calibration = calibrate(await store.labels.readLabelledTargets(project));
    const spend = await store.spend.readSpend({ day: utcDay(Date.now()), project });
    const pauses = pausesOf?.(project) ?? [];
    return { status: 200, body: toJudgesDetail({ judges, evaluators, pauses, spend, calibration }) };
  },
});
