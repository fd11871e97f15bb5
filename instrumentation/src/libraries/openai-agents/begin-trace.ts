import { textOf } from "../../json.ts";
import { currentScope, ownScope } from "../../scope.ts";
import { createTurnTrace } from "../../turn-trace.ts";
import { keepRecording } from "./recording.ts";

/**
 * Begins one of the SDK's traces: usually one run, which is one turn. It has no span; it joins
 * the agents that work one after the other. Its group is the conversation, unless the application named one.
 */
export function beginTrace(trace: object, groupId: unknown): void {
  const outer = currentScope();
  if (outer.span === undefined) outer.turnTrace?.beginTurn();
  const conversationId = textOf(groupId);
  const scope = { turnTrace: createTurnTrace(), ...(conversationId !== undefined && { conversationId }), ...outer };
  keepRecording(trace, { outer: ownScope().span, scope });
}
