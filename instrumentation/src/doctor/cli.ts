#!/usr/bin/env node
import { parseArgs } from "node:util";
import { instrument, loadWaitingLibraries, patchesSoFar } from "../instrument.ts";
import { version } from "../version.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { keepAwake } from "./keep-awake.ts";
import { renderFinding } from "./render-finding.ts";

const help = `Usage: npx @turnwise/instrumentation doctor [--json]

Says of the application in this folder which libraries would be recorded, sends a span the way it would be sent, and
reads it back from Turnwise. The environment is the application's: TURNWISE_*, OTEL_*. To look into the application itself
while it runs, start it with TURNWISE_DOCTOR=1.

  --json     one object: { ok, findings: [{ name, ok, detail, remedy?, patch? }] }
  --version
  --help

TURNWISE_URL is where Turnwise's API is (default: port 8000 of the host that spans go to), TURNWISE_API_KEY its key.
Exits with 0 when all is well, 1 when something is not, 2 when the command is wrong.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const parsed = parse(args);
  if (parsed instanceof Error) return wrong(parsed.message);
  const { values, positionals } = parsed;
  if (values.help) return say(help);
  if (values.version) return say(`${version}\n`);
  if (positionals.join(" ") !== "doctor") return wrong("there is one command: doctor");
  return keepAwake(async () => doctor(values.json ?? false));
}

async function doctor(json: boolean): Promise<number> {
  // What it would announce is found below.
  process.env["TURNWISE_QUIET"] = "1";
  delete process.env["TURNWISE_DOCTOR"];
  await instrument();
  loadWaitingLibraries();
  const findings: Finding[] = [];
  for await (const finding of examine(patchesSoFar(), {}, process.env)) {
    findings.push(finding);
    if (!json) say(renderFinding(finding));
  }
  const ok = findings.every((finding) => finding.ok);
  if (json) say(`${JSON.stringify({ ok, findings }, undefined, 2)}\n`);
  return ok ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: "boolean" } as const;
    const options = { json: flag, help: { ...flag, short: "h" }, version: flag } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function wrong(message: string): 2 {
  process.stderr.write(`${message}\n\n${help}`);
  return 2;
}
