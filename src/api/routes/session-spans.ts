import { toJsonRequest } from "../../otlp/to-json-request.ts";
import { sessionNotFound } from "../api-error.ts";
import { jsonObjectSchema } from "../contract.ts";
import { defineRoute } from "../route.ts";

/** The facts behind a session: its spans as one OTLP request in JSON, which any OTLP receiver takes. */
export const getSessionSpans = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/spans",
  access: "read",
  operation: {
    id: "getSessionSpans",
    summary: "The spans of a session as one OTLP request in JSON.",
    reply: { status: 200, schema: jsonObjectSchema },
  },
  async answer({ ref }, { store }) {
    const judged = await store.getSession(ref);
    if (judged === undefined) throw sessionNotFound();
    const { spans } = await store.readFacts({ project: ref.project, id: judged.session.id });
    return { status: 200, body: toJsonRequest(spans) };
  },
});
