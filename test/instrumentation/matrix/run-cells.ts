/** Cells of the matrix that share a process: a program with a library, loaded one way, going through one scenario after the other. */
import { type AppResult, runApp } from "../run-app.ts";
import { launcherOf, type Load, register } from "./launchers.ts";
import type { Scenario } from "./scenarios.ts";

export interface Cells {
  /** The app's project, with its launchers. */
  readonly project: string;
  readonly load: Load;
  readonly cells: readonly Cell[];
  readonly env: Readonly<Record<string, string>>;
  /** The Node that runs it; undefined: the one that runs the tests. */
  readonly node: string | undefined;
}

export interface Cell {
  readonly scenario: Scenario;
  /** Names the conversation. */
  readonly conversation: string;
  /** Base URL of the scripted provider. */
  readonly url: string;
}

export async function runCells({ project, load, cells, env, node }: Cells): Promise<AppResult> {
  return runApp(launcherOf(project, load), {
    cwd: project,
    nodeArgs: load === "node --import" ? ["--import", register] : [],
    env: { ...env, CELLS: JSON.stringify(cells.map(toGiven)) },
    ...(node !== undefined && { node }),
  });
}

function toGiven({ scenario, conversation, url }: Cell): object {
  const { streamed, aborts = false, turns } = scenario;
  return { conversation, url, streamed, aborts, users: turns.map(({ user }) => user) };
}
