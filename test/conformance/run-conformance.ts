/** What `npm run conformance` runs: the whole table, printed. Resolves with the exit status. */
import { parseArgs } from "node:util";
import { type Assertion, CELLS } from "./assertion.ts";
import { assertions } from "./assertions.ts";
import { bearerTokens } from "./bearer-tokens.ts";
import { type ConformanceServers, createServers, remoteServers } from "./conformance-servers.ts";
import { type CellResult, runCell } from "./run-cell.ts";

const HELP = `npm run conformance -- [options]

Runs every assertion about OTLP receivers in every encoding and for every signal that it applies to, and prints the
requests and the answers. Exits with 1 when one fails.

  --json            one JSON object instead of text
  --url URL         a server that runs already, http://host:port, instead of ones started here: what can only be seen
                    from inside, or needs other settings, is left out
  --grpc HOST:PORT  its address for gRPC
  --only IDS        only these, as in R42,G05
  --verbose         in text: the exchanges of those that passed, too
`;

export async function runConformance(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean", default: false },
      url: { type: "string" },
      grpc: { type: "string", default: "" },
      only: { type: "string" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const ids = values.only?.split(",");
  const rows = assertions.filter(({ id }) => ids === undefined || ids.includes(id));
  const servers =
    values.url === undefined ? createServers(bearerTokens) : remoteServers(new URL(values.url), values.grpc);
  const results = await runAll(rows, servers);
  process.stdout.write(
    values.json ? `${JSON.stringify(reportOf(results), null, 2)}\n` : textOf(results, values.verbose),
  );
  return results.some(({ result }) => result === "failed") ? 1 : 0;
}

async function runAll(rows: readonly Assertion[], servers: ConformanceServers): Promise<CellResult[]> {
  const results: CellResult[] = [];
  try {
    for (const row of rows) for (const cell of CELLS) results.push(await runCell(row, cell, servers));
  } finally {
    await servers.close();
  }
  return results;
}

function reportOf(results: readonly CellResult[]): object {
  return { summary: countsOf(results), results };
}

function countsOf(results: readonly CellResult[]): Record<CellResult["result"], number> {
  const count = (wanted: CellResult["result"]): number => results.filter(({ result }) => result === wanted).length;
  return { passed: count("passed"), failed: count("failed"), "not applicable": count("not applicable") };
}

function textOf(results: readonly CellResult[], verbose: boolean): string {
  const { passed, failed, "not applicable": left } = countsOf(results);
  const lines = results.flatMap((result) => linesOf(result, verbose));
  return [...lines, `${passed} passed, ${failed} failed, ${left} cells that cannot apply`, ""].join("\n");
}

const SIGNS = { passed: "ok  ", failed: "FAIL", "not applicable": "  - " } as const;

function linesOf({ id, encoding, signal, says, result, reason, exchanges }: CellResult, verbose: boolean): string[] {
  const why = reason === undefined ? "" : ` (${reason})`;
  const line = `${SIGNS[result]} ${id} ${encoding} ${signal}: ${says}${why}`;
  if (result !== "failed" && !verbose) return [line];
  return [
    line,
    ...exchanges.flatMap(({ request, answer }) => [
      `       > ${request.head} ${JSON.stringify(request.headers)} ${request.body}`,
      `       < ${answer.head} ${JSON.stringify(answer.headers)} ${answer.body}`,
    ]),
  ];
}
