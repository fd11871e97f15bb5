/** Vercel AI SDK 7: the GenAI conventions with a span per step between the agent and its model calls. */
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { readOperation } from "./read-operation.ts";

const operations = new Set(["invoke_agent", "agent_step", "chat", "execute_tool"]);

export const vercelAi7: Dialect = {
  name: "vercel_ai",
  matches: ({ scope, attributes }) =>
    scope.name === "gen_ai" && operations.has(textAttribute(attributes, "gen_ai.operation.name") ?? ""),
  read: (span, context) => readOperation(span, context, { name: "vercel_ai", kindOf: genAiKind }),
};
