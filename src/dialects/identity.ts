/** Whose span it is: conversation, user, agent. One list of keys each, for all dialects; the first present wins. */
import type { AttributeMap, Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import { conversationKeys } from "./conversation-keys.ts";
import type { ReadContext } from "./dialect.ts";
import { firstMember, parseStructure } from "./lenient-json.ts";
import { unnoted } from "./note.ts";

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
  "litellm.end_user.id",
  "metadata.user_api_key_end_user_id",
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

/** Spring AI's name for the conversation of an application that names none: all of its customers share it. */
const SPRING_DEFAULT = "default";

export interface Identity {
  readonly conversationId?: string;
  readonly embeddedConversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
}

export function identityOf({ attributes }: Span, context: Pick<ReadContext, "note" | "conversationKeys">): Identity {
  const { note = unnoted, conversationKeys: keys = conversationKeys } = context;
  const conversationId = note("conversation_id", () => textAttribute(attributes, ...keys));
  const embedded =
    conversationId === undefined ? note("conversation_id", () => embeddedConversationId(attributes)) : undefined;
  const userId = note("user_id", () => textAttribute(attributes, ...userKeys));
  const agentName = note("agent_name", () => agentNameOf(attributes));
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(embedded === undefined ? {} : { embeddedConversationId: embedded }),
    ...(userId === undefined ? {} : { userId }),
    ...(agentName === undefined ? {} : { agentName }),
  };
}

/** OpenInference keeps what the application attached as JSON in `metadata`; a Genkit flow is called with it. */
function embeddedConversationId(attributes: AttributeMap): string | undefined {
  const spring = textAttribute(attributes, "spring.ai.chat.client.conversation.id");
  if (spring !== undefined && spring !== SPRING_DEFAULT) return spring;
  const text = textAttribute(attributes, "metadata", "genkit:input");
  const id = text === undefined ? undefined : firstMember(parseStructure(text), embeddedConversationKeys);
  return typeof id === "string" && id !== "" ? id : typeof id === "number" ? String(id) : undefined;
}

function agentNameOf(attributes: AttributeMap): string | undefined {
  const isAgent = attributes.get("traceloop.span.kind") === "agent";
  return (
    textAttribute(attributes, "gen_ai.agent.name", "agent.name", "agent_name", "crewai.agent.role", "graph.node.id") ??
    (isAgent ? textAttribute(attributes, "traceloop.entity.name") : undefined) ??
    textAttribute(attributes, "ai.telemetry.functionId")
  );
}
