/**
 * The dialects in the order in which they are asked. One span often speaks several: processors that translate leave the
 * older keys in place, so the translation stands before the original, and the conventions, which everyone adds, stand last.
 */
import type { Span } from "../model/span.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { genAi } from "./gen-ai.ts";
import { genkit } from "./genkit.ts";
import { googleAdk } from "./google-adk.ts";
import { identityOf } from "./identity.ts";
import { langfuse } from "./langfuse.ts";
import { langsmith } from "./langsmith.ts";
import { mastra } from "./mastra.ts";
import { openInference } from "./openinference.ts";
import { openLlmetry } from "./openllmetry.ts";
import type { Operation } from "./operation.ts";
import { errorOfSpan } from "./span-error.ts";
import { vercelAi7 } from "./vercel-ai-7.ts";
import { vercelAi } from "./vercel-ai.ts";

export const dialects: readonly Dialect[] = [
  langfuse,
  mastra,
  openInference,
  vercelAi,
  genkit,
  googleAdk,
  langsmith,
  openLlmetry,
  vercelAi7,
  genAi,
];

/** Reads a span in its dialect; a span of none (HTTP, databases) keeps its place in the tree and its identity. */
export function readSpan(span: Span, context: ReadContext): Operation {
  const dialect = dialects.find((dialect) => dialect.matches(span));
  if (dialect !== undefined) return dialect.read(span, context);
  const error = errorOfSpan(span);
  return { kind: "other", span, ...identityOf(span), ...(error === undefined ? {} : { error }) };
}
