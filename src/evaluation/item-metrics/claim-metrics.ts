/**
 * Metrics that are counted from a model's verdicts on single claims and documents, never asked for as a number. Source of the
 * definitions: RAGAS (Es et al. 2023; docs.ragas.io): faithfulness, factual correctness, context precision, context recall.
 */
import { z } from "zod";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { defineModelMetric, verdictReason, type Assessment } from "./model-metric.ts";

const maxClaims = 200;
const claim = verdictReason;
const claimsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.array(z.object(shape)).refine(({ length }) => length <= maxClaims, `must have at most ${maxClaims} entries`);

/** The number of a document that exists. */
function numberUpTo(documents: number) {
  return z.number().refine((number) => Number.isInteger(number) && number >= 1 && number <= documents, {
    message: documents === 0 ? "there are no documents" : `must be the number of a document, from 1 to ${documents}`,
  });
}

/** RAGAS' faithfulness: supported claims of the output / all its claims. */
export const hallucination = defineModelMetric({
  key: "hallucination",
  displayName: "Freedom from hallucination",
  definition:
    "1: nothing in the answer is invented; else the share of its claims that the context or the user supports.",
  category: "grounding",
  requires: ["context"],
  shows: ["instructions", "history", "context", "tool_calls"],
  ofNoAnswer: null,
  verdict: (documents) =>
    z.object({ claims: claimsOf({ claim, document: numberUpTo(documents).nullable(), supported: z.boolean() }) }),
  assess: ({ claims }) =>
    claims.length === 0
      ? { value: 1, explanation: "It makes no claim that could be invented." }
      : shareOf(claims, ({ supported }) => supported, "claims of the answer are supported", "Not supported"),
});

/**
 * RAGAS' factual correctness, the F1 of claims, but that a claim of which `expected` does not speak counts neither for nor
 * against the answer: more than was expected is not wrong.
 */
export const factualAccuracy = defineModelMetric({
  key: "factual_accuracy",
  displayName: "Factual accuracy",
  definition:
    "1: the answer states the facts that are expected and contradicts none; 0: it states none of them (F1 of claims).",
  category: "grounding",
  requires: ["expected"],
  shows: ["expected"],
  ofNoAnswer: 0,
  verdict: () =>
    z.object({
      output_claims: claimsOf({ claim, verdict: z.literal(["supported", "contradicted", "not_covered"]) }),
      expected_claims: claimsOf({ claim, stated: z.boolean() }),
    }),
  assess({ output_claims: ofOutput, expected_claims: ofExpected }) {
    const supported = ofOutput.filter(({ verdict }) => verdict === "supported").length;
    const contradicted = ofOutput.filter(({ verdict }) => verdict === "contradicted");
    const missed = ofExpected.filter(({ stated }) => !stated);
    const all = 2 * supported + contradicted.length + missed.length;
    if (all === 0) return { value: null, explanation: "There is no claim that could be compared." };
    return {
      value: (2 * supported) / all,
      explanation: [
        `${supported} claims are supported, ${contradicted.length} contradicted, ${missed.length} of those expected are missing.`,
        ...quote("Contradicted", contradicted),
        ...quote("Missing", missed),
      ].join(" "),
    };
  },
});

/** RAGAS' context precision: the mean of precision@k over the ranks k of useful documents, so that useful ones should come first. */
export const contextPrecision = defineModelMetric({
  key: "context_precision",
  displayName: "Context precision",
  definition: "1: the useful documents come before all others; 0: no document is useful.",
  category: "retrieval",
  requires: ["context"],
  shows: ["context", "expected"],
  verdict: (documents) =>
    z.object({
      documents: z
        .array(z.object({ document: numberUpTo(documents), reasoning: verdictReason, useful: z.boolean() }))
        .refine(
          (list) => list.length === documents && new Set(list.map(({ document }) => document)).size === documents,
          {
            message: `must have every document from 1 to ${documents} once`,
          },
        ),
    }),
  assess({ documents }) {
    const ranked = documents.toSorted((one, other) => one.document - other.document);
    const useful = ranked.filter(({ useful: is }) => is);
    const sum = useful.reduce((total, { document }, at) => total + (at + 1) / document, 0);
    const useless = ranked.filter(({ useful: is }) => !is);
    return {
      value: useful.length === 0 ? 0 : sum / useful.length,
      explanation: [
        `${useful.length} of ${ranked.length} documents are useful${useful.length === 0 ? "" : `: ${numbersOf(useful)}`}.`,
        ...useless
          .slice(0, maxQuoted)
          .map(({ document, reasoning }) => `Document ${document}: ${excerptOf(reasoning, 200)}`),
      ].join(" "),
    };
  },
});

/** RAGAS' context recall: claims of `expected` that follow from the context / all of them. */
export const contextRecall = defineModelMetric({
  key: "context_recall",
  displayName: "Context recall",
  definition: "The share of what is expected that can be found in the context.",
  category: "retrieval",
  requires: ["context", "expected"],
  shows: ["context", "expected"],
  verdict: (documents) => z.object({ claims: claimsOf({ claim, document: numberUpTo(documents).nullable() }) }),
  assess: ({ claims }) =>
    claims.length === 0
      ? { value: null, explanation: "What is expected makes no claim." }
      : shareOf(claims, ({ document }) => document !== null, "expected claims are in the context", "Not found"),
});

interface Claim {
  readonly claim: string;
}

function shareOf<One extends Claim>(
  claims: readonly One[],
  holds: (claim: One) => boolean,
  what: string,
  otherwise: string,
): Assessment {
  const others = claims.filter((each) => !holds(each));
  const held = claims.length - others.length;
  return {
    value: held / claims.length,
    explanation: [`${held} of ${claims.length} ${what}.`, ...quote(otherwise, others)].join(" "),
  };
}

const maxQuoted = 5;

function quote(heading: string, claims: readonly Claim[]): readonly string[] {
  if (claims.length === 0) return [];
  const shown = claims.slice(0, maxQuoted).map((each) => `"${excerptOf(each.claim, 200)}"`);
  const more = claims.length > maxQuoted ? ` and ${claims.length - maxQuoted} more` : "";
  return [`${heading}: ${shown.join(", ")}${more}.`];
}

const numbersOf = (documents: readonly { readonly document: number }[]): string =>
  documents.map(({ document }) => String(document)).join(", ");
