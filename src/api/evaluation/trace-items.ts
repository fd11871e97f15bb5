/** A trace that was sent to be scored, as items. */
import { itemsOfTrace } from "../../evaluation/item-metrics/items-of-trace.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { buildFromMessages } from "../../session/build-from-messages.ts";
import { ApiError } from "../api-error.ts";
import type { SentTrace } from "../evaluation-request-contract.ts";
import { requireShallow } from "../submission.ts";

/** Throws 400 for a trace that nothing can be said about. */
export function itemsOfSentTrace(sent: SentTrace): readonly EvaluationItem[] {
  requireShallow(sent);
  const { trace_id: id, messages, spans, retrievals } = sent;
  const session = buildFromMessages({ messages, source: "messages" });
  const trace = {
    ...(id ? { trace_id: id } : {}),
    messages,
    ...(spans ? { spans } : {}),
    ...(retrievals ? { retrievals } : {}),
  };
  const items = itemsOfTrace(trace, session);
  if (items.length > 0) return items;
  throw new ApiError(
    400,
    "invalid_request",
    "the trace has no turn that could be scored: a message of a user and what came of it",
  );
}
