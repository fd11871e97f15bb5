// The labelled conversations of a folder: one JSON object a line, {"id", "messages", "tools"?, "labels": {"kind", "group", ...}}.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The folder's files of development data, by name. */
export const setsIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".dev.jsonl"))
    .sort()
    .map((file) => ({ set: basename(file, ".dev.jsonl"), file: join(folder, file) }));

/** Every line of a set that is not blank, unparsed. */
export const linesOf = ({ file }) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
