/**
 * The dialects in the order in which they are asked. One span often speaks several: processors that translate leave the
 * older keys in place, so the translation stands before the original, and the conventions, which everyone adds, stand last.
 */
import { judgeScope } from "../model/judgement.ts";
import type { Span } from "../model/span.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { anthropicSdk } from "./anthropic-sdk.ts";
import { crewAi } from "./crewai.ts";
import { genAi } from "./gen-ai.ts";
import { genkit } from "./genkit.ts";
import { googleAdk } from "./google-adk.ts";
import { identityOf } from "./identity.ts";
import { langfuse } from "./langfuse.ts";
import { langsmith } from "./langsmith.ts";
import { liteLlm } from "./litellm.ts";
import { logfire } from "./logfire.ts";
import { mastra } from "./mastra.ts";
import { mcp } from "./mcp.ts";
import { mlflow } from "./mlflow.ts";
import { openInference } from "./openinference.ts";
import { openLit } from "./openlit.ts";
import { openLlmetry } from "./openllmetry.ts";
import type { Operation } from "./operation.ts";
import { pydanticAi } from "./pydantic-ai.ts";
import { withRecordedContent } from "./recorded-content.ts";
import { semanticKernel } from "./semantic-kernel.ts";
import { smolagents } from "./smolagents.ts";
import { errorOfSpan } from "./span-error.ts";
import { springAi } from "./spring-ai.ts";
import { strands } from "./strands.ts";
import { withTextValues } from "./text-values.ts";
import { vercelAi7 } from "./vercel-ai-7.ts";
import { vercelAi } from "./vercel-ai.ts";

export const dialects: readonly Dialect[] = [
  langfuse,
  mastra,
  smolagents,
  openInference,
  vercelAi,
  genkit,
  googleAdk,
  langsmith,
  strands,
  liteLlm,
  pydanticAi,
  logfire,
  mlflow,
  crewAi,
  openLlmetry,
  mcp,
  semanticKernel,
  springAi,
  vercelAi7,
  anthropicSdk,
  openLit,
  genAi,
];

/** Reads a span in its dialect; a span of none (HTTP, databases) keeps its place in the tree and its identity. */
export function readSpan(span: Span, context: ReadContext): Operation {
  // A judge's own calls, sent here by somebody: were they a conversation, judges would judge judges without end.
  const isJudges = span.scope.name === judgeScope;
  const dialect = isJudges ? undefined : dialects.find((dialect) => dialect.matches(span));
  if (dialect !== undefined) {
    return { ...dialect.read(withTextValues(withRecordedContent(span, context.logRecords)), context), span };
  }
  const error = errorOfSpan(span);
  return { kind: "other", span, ...identityOf(span, context), ...(error === undefined ? {} : { error }) };
}
