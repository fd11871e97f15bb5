#!/usr/bin/env node
// Fits the weights by which the rules judge sums up what speaks against a session, and prints the file they are kept in:
//   node bench/judge/fit.mjs DIR > /tmp/weights.ts && mv /tmp/weights.ts src/evaluation/rubric/outcome-weights.ts
import { fitSets } from "./judge-sets.mjs";
import { setsIn } from "./read-set.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node bench/judge/fit.mjs DIR   (with *.dev.jsonl in it)");
  process.exit(2);
}
const { harmfulFrom, helpfulBelow, weights } = await fitSets(setsIn(folder));
console.log(`/** Fitted on the development data by bench/judge/fit.mjs, which prints this file; not written by hand. */
import type { OutcomeWeights } from "./outcome-risk.ts";

export const outcomeWeights: OutcomeWeights = {
  harmfulFrom: ${harmfulFrom},
  helpfulBelow: ${helpfulBelow},
  weights: {
${Object.entries(weights)
  .map(([name, weight]) => `    ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${weight},`)
  .join("\n")}
  },
};`);
