// Kills servers: see HELP. Prints what was lost, doubled or damaged, and ends with 1 when that is anything.
import { parseArgs } from "node:util";
import { randomFrom } from "./payload.mjs";

const HELP = `usage: npm run crash -- [--rounds 200] [--seed N]
         npm run crash -- --judge [--rounds 50] [--seed N]
         npm run crash -- --evaluate [--rounds 50] [--seed N]
         npm run crash -- --sdk [--spans 100000]
Without --sdk: a server under load is killed with SIGKILL at a random moment, started again and examined, so many times.
With --judge: as that, while it judges with a scripted model; what is judged must be judged once, and paid for once.
With --evaluate: as that, while it scores runs of 10,000 items by heuristics and others by a scripted model.
With --sdk: the real OpenTelemetry exporters deliver so many records through a server that is killed five times meanwhile.`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    seed: { type: "string" },
    judge: { type: "boolean" },
    evaluate: { type: "boolean" },
    sdk: { type: "boolean" },
    spans: { type: "string" },
    help: { type: "boolean" },
  },
});
if (values.help) console.log(HELP);
else if (values.sdk) process.exitCode = await runSdk(Number(values.spans ?? 100_000));
else if (values.judge) process.exitCode = await runJudging(Number(values.rounds ?? 50), seedOf(values));
else if (values.evaluate) process.exitCode = await runEvaluating(Number(values.rounds ?? 50), seedOf(values));
else process.exitCode = await runRounds(Number(values.rounds ?? 200), seedOf(values));

function seedOf({ seed }) {
  return Number(seed ?? Date.now() % 1_000_000_000);
}

async function runJudging(rounds, seed) {
  const { runJudgingRounds } = await import("./crash/judging.mjs");
  console.log(`seed ${seed}`);
  const told = ({ rounds: done, judged, answered, lost, twice, repeated, uncounted }) =>
    `${done} rounds, ${judged} verdicts of ${answered} answers: ${lost} lost, ${twice} given twice, ${repeated} asked again though stored, ${uncounted} tokens uncounted`;
  const onRound = (total) => process.stderr.write(`\r${told(total)} `);
  const total = await runJudgingRounds({ rounds, random: randomFrom(seed), onRound });
  process.stderr.write("\n");
  console.log(told(total));
  return total.judged > rounds && total.lost + total.twice + total.repeated + total.uncounted === 0 ? 0 : 1;
}

async function runEvaluating(rounds, seed) {
  const { runEvaluatingRounds } = await import("./crash/evaluating.mjs");
  console.log(`seed ${seed}`);
  const told = ({ rounds: done, runs, scored, lost, twice, miscounted, answered, again, repeated }) =>
    `${done} rounds, ${runs} runs, ${scored} items scored: ${lost} lost, ${twice} scored again, ${miscounted} counts wrong; ${answered} answers, ${again} of them asked for twice, ${repeated} though stored`;
  const onRound = (total) => process.stderr.write(`\r${told(total)} `);
  const total = await runEvaluatingRounds({ rounds, random: randomFrom(seed), onRound });
  process.stderr.write("\n");
  console.log(told(total));
  return total.runs > 0 && total.lost + total.twice + total.miscounted + total.repeated === 0 ? 0 : 1;
}

async function runRounds(rounds, seed) {
  const { runCrashRounds } = await import("./crash/rounds.mjs");
  console.log(`seed ${seed}`);
  const onRound = (total) => process.stderr.write(`\r${summaryOf(total)} `);
  const total = await runCrashRounds({ rounds, random: randomFrom(seed), onRound });
  process.stderr.write("\n");
  console.log(summaryOf(total));
  // A run that acknowledged nothing has shown nothing.
  return total.acknowledged > rounds && total.lost + total.duplicated + total.corrupt === 0 ? 0 : 1;
}

function summaryOf({ rounds, acknowledged, lost, duplicated, corrupt }) {
  return `${rounds} rounds, ${acknowledged} requests acknowledged: ${lost} lost, ${duplicated} duplicated, ${corrupt} corrupt`;
}

async function runSdk(spans) {
  const { deliverThroughKills } = await import("./crash/sdk.mjs");
  const { rows, missing, duplicated } = await deliverThroughKills({ records: spans, kills: 5 });
  console.table(rows);
  console.log(`${missing} lost, ${duplicated} duplicated`);
  return missing + duplicated === 0 ? 0 : 1;
}
