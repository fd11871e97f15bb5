#!/usr/bin/env node
// How much of a conversation survives being written down and read back by rules alone?
//
//   node bench/transcripts.mjs DATASET.jsonl... [--limit N] [--format NAME] [--show] [--min-messages N]
//
// A line of a data set is {"id", "messages"}; what user and assistant say in it is rendered in every format of transcripts/formats.mjs
// and parsed. Printed per format: conversations that come back exactly, messages that come back (same side, same words), the mean
// confidence, and microseconds for a kilobyte. Exit status 1 when a format that names its speakers is below 90 % of messages.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseTranscript } from "../dist/intake/parse-transcript.js";
import { formats } from "./transcripts/formats.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: "string", default: "200" },
    format: { type: "string" },
    show: { type: "boolean" },
    "min-messages": { type: "string", default: "2" },
  },
});
if (positionals.length === 0) {
  process.stderr.write("usage: node bench/transcripts.mjs DATASET.jsonl... [--limit N] [--format NAME] [--show]\n");
  process.exit(2);
}

const flat = (text) => text.replace(/\s+/g, " ").trim();
const dialogues = positionals.flatMap((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => dialogueOf(JSON.parse(line).messages))
    .filter((dialogue) => dialogue.length >= Number(values["min-messages"]) && dialogue[0].role === "user")
    .slice(0, Number(values.limit)),
);

function dialogueOf(messages) {
  const spoken = [];
  for (const { role, content } of messages) {
    if ((role !== "user" && role !== "assistant") || typeof content !== "string" || content.trim() === "") continue;
    const text = content.trim();
    if (spoken.at(-1)?.role === role) spoken.at(-1).text += `\n${text}`;
    else spoken.push({ role, text });
  }
  return spoken;
}

let isLow = false;
console.log(`${dialogues.length} conversations, ${dialogues.reduce((sum, { length }) => sum + length, 0)} messages\n`);
console.log(
  "format".padEnd(36),
  "exact".padStart(7),
  "messages".padStart(9),
  "confidence".padStart(11),
  "us/KB".padStart(7),
);
for (const [name, format] of Object.entries(formats)) {
  if (values.format !== undefined && values.format !== name) continue;
  const { exact, found, all, confidence, perKilobyte } = measure(format, name);
  const share = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(1)}%`;
  if (!format.isGuess && found / all < 0.9) isLow = true;
  console.log(
    name.padEnd(36),
    share(exact, dialogues.length).padStart(7),
    share(found, all).padStart(9),
    confidence.toFixed(2).padStart(11),
    perKilobyte.toFixed(0).padStart(7),
  );
}
process.exitCode = isLow ? 1 : 0;

function measure(format, name) {
  let [exact, found, all, confidence, microseconds, kilobytes] = [0, 0, 0, 0, 0, 0];
  for (const original of dialogues) {
    const dialogue = format.noTags
      ? original.map(({ role, text }) => ({ role, text: text.replace(/[<>{}]/g, "") }))
      : format.noBars
        ? original.map(({ role, text }) => ({ role, text: text.replaceAll("|", "/") }))
        : original;
    const text = format.write(dialogue);
    const hints = {
      ...(format.hints === "first" && { firstSpeakerRole: "user" }),
      ...(format.context && { context: format.context }),
    };
    const startedAt = performance.now();
    const { messages, transcript } = parseTranscript(text, hints);
    microseconds += (performance.now() - startedAt) * 1000;
    kilobytes += text.length / 1024;
    const keyOf = (role, content) => `${role}|${flat(content)}`;
    const expected = dialogue.map((message) => keyOf(message.role, message.text));
    const read = messages.map(({ role, content }) => keyOf(role, content));
    const isExact = expected.length === read.length && expected.every((key, at) => key === read[at]);
    const left = new Map();
    for (const key of read) left.set(key, (left.get(key) ?? 0) + 1);
    for (const key of expected) {
      all += 1;
      if ((left.get(key) ?? 0) === 0) continue;
      left.set(key, left.get(key) - 1);
      found += 1;
    }
    if (isExact) exact += 1;
    else if (values.show) show(name, expected, read);
    confidence += transcript.confidence;
  }
  return { exact, found, all, confidence: confidence / dialogues.length, perKilobyte: microseconds / kilobytes };
}

function show(name, expected, read) {
  const at = expected.findIndex((key, index) => key !== read[index]);
  console.log(
    `  ${name}: ${expected.length} messages, ${read.length} read; at ${at}\n    - ${expected[at]?.slice(0, 300)}\n    + ${read[at]?.slice(0, 300)}`,
  );
}
