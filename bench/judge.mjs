#!/usr/bin/env node
// How good is the rules judge? Judges the labelled conversations of a folder and prints, for each set and domain, how often it
// was right:
//   node bench/judge.mjs DIR
// DIR/*.dev.jsonl: a line {"id", "messages", "tools"?, "labels"} each. Weights are fitted on four fifths of the customers and
// judge the fifth (bench/judge/fit.mjs fits the table that the server uses, on all of them). Exit status 1 when a conversation
// could not be judged, 2 when called wrongly.
import { isDeepStrictEqual } from "node:util";
import { outcomeWeights } from "../dist/evaluation/rubric/outcome-weights.js";
import { intervalOf } from "./judge/intervals.mjs";
import { judgeSets } from "./judge/judge-sets.mjs";
import { setsIn } from "./judge/read-set.mjs";
import { byPart, lineOf, measure } from "./judge/score.mjs";
import { groupBy } from "../dist/dialects/group-by.js";
import { growth, shortOnes } from "./judge/speed.mjs";

const [folder, ...rest] = process.argv.slice(2);
const sets = folder === undefined || rest.length > 0 ? [] : setsIn(folder);
if (sets.length === 0) {
  console.error("usage: node bench/judge.mjs DIR   (with *.dev.jsonl in it)");
  process.exit(2);
}

const { judged, table, examples } = await judgeSets(sets);
const results = judged.flatMap(({ result }) => result ?? []);
const steps = judged.flatMap(({ step }) => step ?? []);
const recorded = judged.flatMap((each) => each.recorded);
printLines();
printAims();
printRules();
await printSpeed();
if (table !== undefined && !isDeepStrictEqual(table, outcomeWeights))
  console.log("\nThe committed weights are not those that bench/judge/fit.mjs finds on this data.");
const failed = judged.filter(({ status }) => status === "failed");
if (failed.length > 0) console.log(`${failed.length} conversations failed to be judged`);
process.exitCode = failed.length > 0 ? 1 : 0;

function printLines() {
  for (const [judge, verdicts] of groupBy(recorded, ({ judge }) => judge)) console.log(lineOf(judge, verdicts));
  const parts = byPart(results);
  for (const [part, ofPart] of parts) console.log(lineOf(part, ofPart));
  if (parts.size > 1) console.log(lineOf("all", results));
  for (const [part, ofPart] of byPart(steps)) printSteps(part, ofPart);
  printSteps("all", steps);
}

function printSteps(part, ofPart) {
  const hits = ofPart.filter(({ hit }) => hit).length;
  console.log(`${part.padEnd(44)} first failure step named exactly: ${hits}/${ofPart.length}`);
}

/** The figures that are aimed at, each with the interval in which 95 of 100 such data sets would put it. */
function printAims() {
  console.log("\n| aim | reached | 95 % interval | goal |\n|---|--:|--:|--:|");
  const outcomes = results.filter(({ kind, part }) => kind === "outcome" && !part.startsWith("whowhen"));
  row("outcome: AUC within a set and domain", outcomes, (of) => measure(of).within, ">= 0.64");
  row("outcome: precision of those flagged", outcomes, (of) => measure(of).precision, ">= 0.70");
  row("outcome: recall", outcomes, (of) => measure(of).recall, ">= 0.25");
  for (const [part, of] of byPart(outcomes.filter(({ part }) => part.startsWith("tau2_llmjudge"))))
    row(
      `${part}: balanced accuracy`,
      of,
      (drawn) => measure(drawn).balanced,
      `>= ${medianOfRecorded(part).toFixed(3)}`,
    );
  row("rjudge: F1", ofSet("rjudge"), (of) => measure(of).f1, ">= 0.80");
  row("rjudge: precision", ofSet("rjudge"), (of) => measure(of).precision, ">= 0.90");
  for (const [part, of] of byPart(ofSet("bfcl_calls")))
    row(
      `${part}: balanced accuracy`,
      of,
      (drawn) => measure(drawn).balanced,
      part.endsWith("relevance") ? "> 0.75" : "> 0.55",
    );
  row("when2call: balanced accuracy", ofSet("when2call"), (of) => measure(of).balanced, ">= 0.65");
  const alg = steps.filter(({ part }) => part === "whowhen:alg");
  row("whowhen:alg: first failing step", alg, (of) => of.filter(({ hit }) => hit).length / of.length, ">= 0.35");
}

function ofSet(set) {
  return results.filter(({ part }) => part.split(":")[0] === set);
}

/** Of the balanced accuracies of the judges whose verdicts are recorded for these conversations. */
function medianOfRecorded(part) {
  const ofPart = groupBy(
    recorded.filter((verdict) => verdict.part === part),
    ({ judge }) => judge,
  );
  const sorted = [...ofPart.values()].map((verdicts) => measure(verdicts).balanced).sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function row(name, of, figure, goal) {
  if (of.length === 0) return;
  const interval = intervalOf(of, figure);
  const reached = interval === undefined ? "-" : figure(of).toFixed(3);
  const between = interval === undefined ? "-" : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`;
  console.log(`| ${name} | ${reached} | ${between} | ${goal} |`);
}

/** How often each rule found something in the conversations with an outcome, and how many of those had failed. */
function printRules() {
  if (examples.length === 0) return;
  console.log("\n| rule | fired on | of which failed |\n|---|--:|--:|");
  const all = examples.flatMap(({ found, failed }) => found.map((rule) => ({ rule, failed })));
  for (const [rule, of] of [...groupBy(all, ({ rule }) => rule)].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`| ${rule} | ${of.length} | ${shareOf(of)} |`);
  console.log(`| any conversation | ${examples.length} | ${shareOf(examples)} |`);
}

function shareOf(of) {
  const failed = of.filter(({ failed }) => failed).length;
  return `${failed} (${Math.round((100 * failed) / of.length)} %)`;
}

async function printSpeed() {
  const { n, rate } = await shortOnes(sets);
  const { messages, ratio } = await growth(sets);
  console.log(`\n${Math.round(rate)} conversations/s on one core (${n} of up to 6 KB), goal 1000`);
  console.log(
    `${ratio.toFixed(2)} times the time a message when a conversation of ${messages} messages goes on eight times as long`,
  );
}
