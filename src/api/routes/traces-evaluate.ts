import { z } from "zod";
import type { JudgedSession } from "../../component/store.ts";
import { ApiError, sessionNotFound } from "../api-error.ts";
import { isSettled } from "../follow-session.ts";
import { defineRoute } from "../route.ts";
import { valueHeadDetailSchema } from "../valuehead-contract.ts";
import { waitUntilSettled } from "../wait-until-settled.ts";
import { toAnswer } from "./traces.ts";

/** As long as ValueHead's client waits for a judgement. */
const longestSeconds = 300;

/** Judges again, and answers when that is done. A judge that fails leaves a session that says so, which is an answer too. */
export const evaluateTrace = defineRoute({
  method: "post",
  path: "/api/v1/traces/:id/evaluate",
  access: "write",
  body: z.strictObject({}),
  operation: {
    id: "evaluateTrace",
    summary: "Judges a session (again), and answers when that is done.",
    reply: { status: 200, schema: valueHeadDetailSchema },
    errors: [409, 504],
  },
  async answer({ ref }, { store }) {
    const judged = await store.getSession(ref);
    if (judged === undefined) throw sessionNotFound();
    if (takesMessages(judged)) throw stillOpen();
    if (!(await store.requestJudgement(ref))) throw sessionNotFound();
    return {
      async wait(ended) {
        const settled = await waitUntilSettled(store, ref, longestSeconds * 1000, ended);
        if (settled !== undefined && !isSettled(settled)) throw tooLong();
        return toAnswer(settled);
      },
    };
  },
});

const takesMessages = ({ session }: JudgedSession): boolean => session.source === "stream" && session.status === "open";

const stillOpen = (): ApiError =>
  new ApiError(409, "session_open", "this session takes more messages still; close it, then it is judged as a whole");

const tooLong = (): ApiError =>
  new ApiError(
    504,
    "evaluation_timeout",
    "the judgement is not done yet and goes on; ask for it with GET /api/v1/traces/{id}?wait=60",
  );
