import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import { allDeliveries } from "./delivery.ts";
import { currentScope } from "./scope.ts";

/**
 * Says that no more will come of the conversation `id`, by default the one of the `withSession` around: the server judges
 * it now, instead of after a while of silence. Ends its open turn. Resolves when the server knows, after 5 s at most; when
 * the process ends before, it is told then. Never rejects.
 */
export async function endSession(id?: string): Promise<void> {
  const { conversationId, turnTrace } = currentScope();
  const ended = id ?? conversationId;
  if (ended === undefined) return;
  const own = ended === conversationId ? turnTrace : undefined;
  own?.close();
  const session = { conversationId: ended, traceId: own?.traceId() ?? new RandomIdGenerator().generateTraceId() };
  await Promise.all(allDeliveries().map(async (delivery) => delivery.endSession(session)));
}
