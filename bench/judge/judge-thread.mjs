// One of the threads among which the conversations are divided. First it measures the signals that weights are fitted to; then,
// with a table for each fold, it judges every conversation by the rules judge as the server has it.
import { parentPort, workerData } from "node:worker_threads";
import { measureSignals } from "../../dist/evaluation/rubric/outcome-signals.js";
import { readSession } from "../../dist/evaluation/rules/reading/session-reading.js";
import { findingsOfSession } from "../../dist/evaluation/rules/rules.js";
import { judgeBuilt } from "../../dist/judge-built.js";
import { createRulesJudge } from "../../dist/judges/rules.js";
import { buildFromMessages } from "../../dist/session/build-from-messages.js";
import { foldOf } from "./folds.mjs";
import { linesOf } from "./read-set.mjs";
import { factsOf, recordedResultsOf, resultOf, stepResultOf } from "./score.mjs";

const { sets, share, shares } = workerData;
const { signal } = new AbortController();

/** Of every set every so-many-th conversation, built and without its text. */
const conversations = sets.flatMap((set) =>
  linesOf(set)
    .filter((_, number) => number % shares === share)
    .map((line) => {
      const { id, messages, tools, labels } = JSON.parse(line);
      return { id, set: set.set, labels, built: buildFromMessages({ messages, tools, source: "messages" }) };
    }),
);

/** Only where some failed and some did not is there anything to learn. */
const teaches = ({ labels }) => labels.kind.startsWith("outcome") && labels.domain !== undefined;

function exampleOf({ set, labels, built }) {
  const session = readSession(built);
  const findings = findingsOfSession(session, new Set());
  const signals = measureSignals(session, findings).map(({ name, value }) => [name, value]);
  const { domain, group, outcome } = labels;
  return {
    part: `${set}:${domain}`,
    group,
    failed: outcome === "failure",
    signals: Object.fromEntries(signals),
    found: [...new Set(findings.map(({ rule, severity }) => `${rule} (${severity})`))],
  };
}

async function judgeAll(tables) {
  const judges = tables.map((table) => createRulesJudge("rules", new Set(), table));
  const asInServer = createRulesJudge("rules", new Set());
  const judged = [];
  for (const conversation of conversations) {
    const { id, set, labels, built } = conversation;
    const judge = teaches(conversation) ? judges[foldOf(labels.group)] : asInServer;
    const asked = { id, judging: { evaluateSafety: false }, metadata: {} };
    const facts = factsOf(await judgeBuilt(built, asked, judge, { place: id, signal }));
    judged.push({
      id,
      set,
      status: facts.status,
      result: resultOf(set, labels, facts),
      step: stepResultOf(set, labels, facts),
      recorded: recordedResultsOf(set, labels),
    });
  }
  return judged;
}

parentPort.on("message", async (tables) => {
  parentPort.postMessage(tables === "measure" ? conversations.filter(teaches).map(exampleOf) : await judgeAll(tables));
});
