// Rounds of crashes, ten of them in one data folder, whose last server is then left alone until it has done all that waits.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROUNDS_PER_FOLDER = 10;

/**
 * `open(dataDir)` makes a folder's state, `crash(folder)` is a server's life until it is killed, `examine(folder, total)` looks at
 * what it left and counts, `finish(folder, total)` lets a last one finish, `close(folder)` ends what `open` began. `total.rounds`
 * is counted here. Resolves with `total`.
 */
export async function crashInFolders({ rounds, total, open, crash, examine, finish, close, onRound }) {
  while (total.rounds < rounds) {
    const dataDir = mkdtempSync(join(tmpdir(), "turnwise-crash-"));
    const folder = await open(dataDir);
    for (let round = 0; round < ROUNDS_PER_FOLDER && total.rounds < rounds; round += 1) {
      await crash(folder);
      examine(folder, total);
      total.rounds += 1;
      onRound(total);
    }
    await finish(folder, total);
    onRound(total);
    await close(folder);
    rmSync(dataDir, { recursive: true, force: true });
  }
  return total;
}
