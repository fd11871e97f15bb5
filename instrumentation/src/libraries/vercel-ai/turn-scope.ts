import { currentScope, type Scope } from "../../scope.ts";
import { createTurnTrace } from "../../turn-trace.ts";

/** What the steps of one `generateText` or `streamText` share: the trace, also without a session, and who they are. */
export function turnScope(agentName: string | undefined): Scope {
  const { turnTrace = createTurnTrace() } = currentScope();
  return { turnTrace, ...(agentName !== undefined && { agentName }) };
}
