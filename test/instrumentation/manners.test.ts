/** What an application sees must be what it sees without us, whatever it does with its libraries. */
import { expect, it } from "vitest";
import { libraries } from "../../instrumentation/src/libraries/libraries.ts";
import { type AppResult, runApp } from "./run-app.ts";

const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", TURNWISE_QUIET: "1" };
const preload = ["--import", "@turnwise/instrumentation/register"];

/** Programs, and the library that each uses. */
const programs = [
  ["openai", "openai"],
  ["anthropic", "@anthropic-ai/sdk"],
  ["tools", "openai"],
  ["google-genai", "@google/genai"],
  ["ollama", "ollama"],
  ["bedrock", "@aws-sdk/client-bedrock-runtime"],
  ["langchain", "@langchain/core"],
] as const;

/** Told to `--import` us, an older Node would load all the others, too: most of what a program costs. */
const withoutOthers = (library: string): Record<string, string> => ({
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: libraries.flatMap(({ name }) => (name === library ? [] : [name])).join(","),
});

/** How a program ends and what it prints, without us and with us. */
async function both(bare: Promise<AppResult>, recorded: Promise<AppResult>): Promise<Seen[]> {
  return (await Promise.all([bare, recorded])).map(({ code, stdout, stderr }) => ({
    code,
    stdout,
    ...(code !== 0 && { stderr }),
  }));
}

type Seen = Pick<AppResult, "code" | "stdout">;
const casesIn = (seen: Seen | undefined): number => seen?.stdout.match(/^# /gm)?.length ?? 0;

it.each(programs)("changes nothing that a program can see of %s", { timeout: 60_000 }, async (program, library) => {
  const app = `manners/${program}.mjs`;
  const env = { ...nowhere, ...withoutOthers(library) };
  const [bare, recorded] = await both(runApp(app), runApp(app, { nodeArgs: preload, env }));
  expect(bare).toMatchObject({ code: 0 });
  expect(casesIn(bare)).toBeGreaterThan(10);
  expect(recorded).toEqual(bare);
});

it.each(["frozen", "replaced"])(
  "changes nothing in libraries whose methods were %s before",
  { timeout: 60_000 },
  async (before) => {
    const run = async (how: string): Promise<AppResult> =>
      runApp("manners/before-us.mjs", { args: [before, how], env: nowhere });
    const [bare, recorded] = await both(run("bare"), run("recorded"));
    expect(bare).toMatchObject({ code: 0 });
    expect(casesIn(bare)).toBe(4);
    expect(recorded).toEqual(bare);
  },
);
