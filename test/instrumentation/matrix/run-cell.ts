/** One cell of the matrix: a program with a library, loaded one way, going through one scenario in a process of its own. */
import { type AppResult, runApp } from "../run-app.ts";
import { launcherOf, type Load, register } from "./launchers.ts";
import type { Scenario } from "./scenarios.ts";

export interface Cell {
  /** The app's project, with its launchers. */
  readonly project: string;
  readonly load: Load;
  readonly scenario: Scenario;
  /** Names the conversation. */
  readonly conversation: string;
  /** Base URL of the scripted provider. */
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** The Node that runs it; undefined: the one that runs the tests. */
  readonly node: string | undefined;
}

export async function runCell({ project, load, scenario, conversation, url, env, node }: Cell): Promise<AppResult> {
  const { streamed, aborts = false, turns } = scenario;
  const given = { conversation, url, streamed, aborts, users: turns.map(({ user }) => user) };
  return runApp(launcherOf(project, load), {
    cwd: project,
    nodeArgs: load === "node --import" ? ["--import", register] : [],
    env: { ...env, CELL: JSON.stringify(given) },
    ...(node !== undefined && { node }),
  });
}
