import { afterAll, describe, expect, test } from "vitest";
import { assertions } from "./assertions.ts";
import { type Assertion, type Cell, CELLS } from "./assertion.ts";
import { bearerTokens } from "./bearer-tokens.ts";
import { createServers } from "./conformance-servers.ts";
import { runCell } from "./run-cell.ts";

const servers = createServers(bearerTokens);
afterAll(async () => servers.close());

function cellsOf(rows: readonly Assertion[]): [name: string, row: Assertion, cell: Cell][] {
  return rows.flatMap((row) =>
    CELLS.filter((cell) => row.notFor(cell) === undefined).map((cell): [string, Assertion, Cell] => [
      `${row.id} ${cell.encoding} ${cell.signal}: ${row.says}`,
      row,
      cell,
    ]),
  );
}

describe("the contract of OTLP", () => {
  test.each(cellsOf(assertions))("%s", async (_, row, cell) => {
    const { result, reason } = await runCell(row, cell, servers);
    expect(`${result}: ${reason ?? ""}`).toBe("passed: ");
  });
});
