import { z } from "zod";
import { explainSession } from "../../session/explain/explain-session.ts";
import { ApiError, sessionNotFound } from "../api-error.ts";
import { explanationSchema } from "../explanation-contract.ts";
import { defineRoute } from "../route.ts";
import { toSnakeCase } from "../snake-case.ts";

/** Explaining reads everything again while other requests wait. */
const MAX_SPANS = 5000;

/**
 * How the session was built: which spans, dialects and rules made each part of it. Without `values=true` nothing that was said,
 * only keys, types and sizes. A session that came as messages has no spans, and nothing to explain.
 */
export const explainSessionRoute = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/explain",
  access: "read",
  query: z.strictObject({ values: z.enum(["true", "false"]).default("false") }),
  operation: {
    id: "explainSession",
    summary: "How each turn was built: spans, dialects, rules, and what was missing.",
    reply: { status: 200, schema: explanationSchema },
    errors: [422],
  },
  async answer({ ref, query }, { store, prices, conversationKeys, version }) {
    const judged = await store.getSession(ref);
    if (judged === undefined) throw sessionNotFound();
    const { id, source, conversationId } = judged.session;
    const facts = await store.readFacts({ project: ref.project, id });
    if (facts.spans.length > MAX_SPANS) throw tooLarge(facts.spans.length);
    const explanation = explainSession(facts, {
      ...(conversationId === undefined ? {} : { conversationId }),
      ...(prices === undefined ? {} : { prices }),
      ...(conversationKeys === undefined ? {} : { conversationKeys }),
      values: query.values === "true",
    });
    const { damaged = [] } = facts;
    return { status: 200, body: toSnakeCase({ session: id, source, version, ...explanation, damaged }) };
  },
});

function tooLarge(spans: number): ApiError {
  return new ApiError(
    422,
    "session_too_large",
    `the session has ${spans} spans; sessions of up to ${MAX_SPANS} can be explained`,
  );
}
