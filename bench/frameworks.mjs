#!/usr/bin/env node
// Are turns that are built from a framework's spans the turns that are built from the messages it is known to have had?
//
//   node bench/frameworks.mjs DATASET.jsonl OTEL_DIR [--json]
//
// A line of the data set is {"id", "messages", "labels": {"otlp", "gold_generation_span"}}: the messages that the model
// call with that span id saw and wrote, and the name of the trace's OTLP/JSON file in OTEL_DIR. The messages are one
// call's snapshot, so what happened after it is told and not compared. Exit status 1 on any difference, 2 when called
// wrongly.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { replayFiles } from "../dist/replay.js";
import { buildFromMessages } from "../dist/session/build-from-messages.js";
import { compareSessions } from "./frameworks/compare-sessions.mjs";
import { joinUserMessages } from "./frameworks/join-user-messages.mjs";
import { restoreToolRoles } from "./frameworks/restore-tool-roles.mjs";

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const [dataset, folder] = positionals;
if (dataset === undefined || folder === undefined || positionals.length > 2) {
  process.stderr.write("usage: node bench/frameworks.mjs DATASET.jsonl OTEL_DIR [--json]\n");
  process.exit(2);
}

const rows = readFileSync(dataset, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line));
const reports = [];
for (const row of rows) reports.push(await compare(row));
const unequal = reports.filter(({ differences }) => differences.length > 0);
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : reports.map(toText).join(""));
if (!values.json) process.stdout.write(`${reports.length - unequal.length} of ${reports.length} are equal\n`);
process.exitCode = unequal.length > 0 || reports.length === 0 ? 1 : 0;

async function compare({ id, messages, labels }) {
  const sessions = await replayFiles([join(folder, basename(labels.otlp))]);
  const asInSpans = joinUserMessages(restoreToolRoles(messages));
  const expected = buildFromMessages({ messages: asInSpans, source: "messages" });
  return { id, ...compareSessions(expected, sessions, labels.gold_generation_span) };
}

function toText({ id, turns, toolCalls, differences, notes }) {
  const lines = [...differences.map((text) => `  differs: ${text}`), ...notes.map((text) => `  not compared: ${text}`)];
  const size = `${turns} ${turns === 1 ? "turn" : "turns"}, ${toolCalls} tool ${toolCalls === 1 ? "call" : "calls"}`;
  return `${differences.length === 0 ? "equal " : "DIFFER"} ${id} (${size})\n${lines.map((line) => `${line}\n`).join("")}`;
}
