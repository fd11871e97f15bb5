/** Which spans name the session's user and its agent. */
import type { SessionExplanation } from "../../model/explanation.ts";
import type { SessionContext } from "../session-context.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import { sourceOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

/** `units` by start: the first span that names the one that the session shows. An agent's own word goes first. */
export function explainNames(
  units: readonly IdentifiedUnit[],
  { userId, agentName, isAgentsWord }: SessionContext,
  watched: WatchedFacts,
): Pick<SessionExplanation, "user" | "agent"> {
  const operations = units.flatMap((unit) => unit.operations);
  const user = operations.find((operation) => userId !== undefined && operation.userId === userId);
  const agent = operations.find((operation) => {
    return (
      agentName !== undefined && operation.agentName === agentName && (!isAgentsWord || operation.kind === "agent")
    );
  });
  return {
    ...(user === undefined ? {} : { user: sourceOf(user.span, "user_id", watched) }),
    ...(agent === undefined ? {} : { agent: sourceOf(agent.span, "agent_name", watched) }),
  };
}
