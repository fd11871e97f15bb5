/** Whose span it is: conversation, user, agent. One list of keys each, for all dialects; the first present wins. */
import type { AttributeMap, Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import { conversationKeys } from "./conversation-keys.ts";
import { firstMember, parseStructure } from "./lenient-json.ts";

const userKeys = [
  "user.id",
  "langfuse.user.id",
  "enduser.id",
  "traceloop.association.properties.user_id",
  "traceloop.association.properties.userId",
  "ai.telemetry.metadata.userId",
  "ai.settings.context.userId",
  "langsmith.metadata.user_id",
  "mastra.metadata.userId",
  "llm.user",
  "gen_ai.user",
  "metadata.user_api_key_user_id",
];

const embeddedConversationKeys = [
  "session_id",
  "thread_id",
  "conversation_id",
  "sessionId",
  "threadId",
  "conversationId",
];

export interface Identity {
  readonly conversationId?: string;
  readonly embeddedConversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
}

export function identityOf({ attributes }: Span): Identity {
  const conversationId = textAttribute(attributes, ...conversationKeys);
  const embedded = conversationId === undefined ? embeddedConversationId(attributes) : undefined;
  const userId = textAttribute(attributes, ...userKeys);
  const agentName = agentNameOf(attributes);
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(embedded === undefined ? {} : { embeddedConversationId: embedded }),
    ...(userId === undefined ? {} : { userId }),
    ...(agentName === undefined ? {} : { agentName }),
  };
}

/** OpenInference keeps what the application attached as JSON in `metadata`; a Genkit flow is called with it. */
function embeddedConversationId(attributes: AttributeMap): string | undefined {
  const text = textAttribute(attributes, "metadata", "genkit:input");
  const id = text === undefined ? undefined : firstMember(parseStructure(text), embeddedConversationKeys);
  return typeof id === "string" && id !== "" ? id : typeof id === "number" ? String(id) : undefined;
}

function agentNameOf(attributes: AttributeMap): string | undefined {
  const isAgent = attributes.get("traceloop.span.kind") === "agent";
  return (
    textAttribute(attributes, "gen_ai.agent.name", "agent.name", "graph.node.id") ??
    (isAgent ? textAttribute(attributes, "traceloop.entity.name") : undefined) ??
    textAttribute(attributes, "ai.telemetry.functionId")
  );
}
