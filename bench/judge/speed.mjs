// How fast the rules judge judges, on one core: lines in, session details out, as `turnwise judge FILE.jsonl` does.
import { judgeConversations } from "../../dist/judge-file.js";
import { createRulesJudge } from "../../dist/judges/rules.js";
import { linesOf } from "./read-set.mjs";

const judge = createRulesJudge("rules", new Set());
const SHORT_BYTES = 6_000;

/** Of processor time, all threads together (the collector of garbage has its own): what else the machine does is not counted. */
async function secondsOf(lines) {
  const started = process.cpuUsage();
  for await (const _ of judgeConversations(each(lines), judge)) continue;
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

async function* each(lines) {
  yield* lines;
}

/** Conversations of up to 6 KB a second; of four runs the fastest counts, the first warm up. */
export async function shortOnes(sets) {
  const lines = sets.flatMap(linesOf).filter((line) => line.length <= SHORT_BYTES);
  const seconds = [];
  for (let run = 0; run < 4; run++) seconds.push(await secondsOf(lines));
  return { n: lines.length, rate: lines.length / Math.min(...seconds) };
}

/** Time a message of a conversation said eight times over, compared with itself said once. 1: linear. */
export async function growth(sets) {
  const longest = sets.flatMap(linesOf).reduce((a, b) => (b.length > a.length ? b : a));
  const { messages, tools } = JSON.parse(longest);
  const times = (count) =>
    JSON.stringify({ messages: Array.from({ length: count }, () => messages).flat(), tools: tools ?? [] });
  const best = async (line) => Math.min(await secondsOf([line]), await secondsOf([line]), await secondsOf([line]));
  const once = await best(times(1));
  return { messages: messages.length, ratio: (await best(times(8))) / 8 / once };
}
