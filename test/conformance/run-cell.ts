/** Runs one assertion in one cell. */
import type { Assertion, Cell } from "./assertion.ts";
import type { ConformanceServers } from "./conformance-servers.ts";
import type { Exchange } from "./exchange.ts";
import { createProbe, NotApplicable } from "./probe.ts";

export interface CellResult extends Cell {
  readonly id: string;
  readonly says: string;
  readonly result: "passed" | "failed" | "not applicable";
  /** Why it failed, or why it does not apply. */
  readonly reason?: string;
  readonly exchanges: readonly Exchange[];
}

export async function runCell(assertion: Assertion, cell: Cell, servers: ConformanceServers): Promise<CellResult> {
  const { id, says, notFor, run } = assertion;
  const about = { id, says, ...cell };
  const reason = notFor(cell);
  if (reason !== undefined) return { ...about, result: "not applicable", reason, exchanges: [] };
  const server = await servers.get(assertion.server);
  if (server === undefined)
    return { ...about, result: "not applicable", reason: "needs a server with other settings", exchanges: [] };
  server.inner?.clear();
  server.inner?.failWith(undefined);
  server.inner?.refuseWith(undefined);
  const probe = createProbe(cell, server);
  try {
    await run(probe);
    return { ...about, result: "passed", exchanges: probe.exchanges };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const result = error instanceof NotApplicable ? "not applicable" : "failed";
    return { ...about, result, reason: why, exchanges: probe.exchanges };
  }
}
