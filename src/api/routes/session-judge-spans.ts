import { z } from "zod";
import { toJsonRequest } from "../../otlp/to-json-request.ts";
import { ApiError, sessionNotFound } from "../api-error.ts";
import { jsonObjectSchema } from "../contract.ts";
import { defineRoute } from "../route.ts";

/** As they are stored; writing them out takes several times as much. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What the judges did to judge a session: the spans of their calls to models as one OTLP request in JSON, the latest judgement's
 * first. They are kept apart from the session's own spans, so that no judge ever judges them.
 */
export const getJudgeSpans = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/judge-spans",
  access: "read",
  query: z.strictObject({
    /** A judgement's. */
    trace_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
  }),
  operation: {
    id: "getJudgeSpans",
    summary: "The spans of the judges' own calls, of all judgements or of one, as one OTLP request in JSON.",
    reply: { status: 200, schema: jsonObjectSchema },
    errors: [422],
  },
  async answer({ ref, query: { trace_id: traceId } }, { store }) {
    const found = await store.readJudgeSpans({
      ...ref,
      ...(traceId === undefined ? {} : { traceId }),
      maxBytes: MAX_BYTES,
    });
    if (found === undefined) throw sessionNotFound();
    if (found.hasMore) throw tooLarge();
    return { status: 200, body: toJsonRequest(found.spans) };
  },
});

function tooLarge(): ApiError {
  return new ApiError(
    422,
    "session_too_large",
    `these spans take more than ${MAX_BYTES} bytes; ask for one judgement's with trace_id`,
  );
}
