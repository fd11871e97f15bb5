/** `kill -9` at any moment: no acknowledged span is lost, none is there twice, and sending again adds nothing. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { startTestStore, temporaryFolder } from "../../support/sqlite-store.ts";
import { crashSpans, SPANS_PER_REQUEST } from "../../support/crash-spans.mjs";

const script = fileURLToPath(new URL("../../support/crash-writer.mjs", import.meta.url));
const ROUNDS = 12;

test("a killed server has every acknowledged span exactly once", async () => {
  const dataDir = temporaryFolder();
  const acknowledged = new Set<number>();
  let first = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = spawn(process.execPath, [script, dataDir, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
    const exit = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await readAcknowledgements(child, acknowledged, 30 + Math.random() * 250);
    expect(await exit).toBe("SIGKILL"); // none ended by itself, so each had acknowledged something
    first = Math.max(0, ...acknowledged) + 100; // beyond whatever was on its way
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);

  const { store, destroy } = await startTestStore(dataDir);
  await Promise.all(
    [...acknowledged].map(async (request) => store.writeSpans(crashSpans(request), { project: "default" })),
  );
  await store.shutdown?.();
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  const count = db
    .prepare<[string], number>("SELECT count(*) FROM spans JOIN traces USING (trace_no) WHERE hex(trace_id) = ?")
    .pluck();
  for (const request of acknowledged)
    expect(count.get(request.toString(16).padStart(32, "0").toUpperCase())).toBe(SPANS_PER_REQUEST);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
  await destroy();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Collects the numbers that the child prints; kills it `killAfterMs` after its first. */
async function readAcknowledgements(
  child: ChildProcess,
  acknowledged: Set<number>,
  killAfterMs: number,
): Promise<void> {
  if (child.stdout === null) throw new Error("no output to read");
  let isTimed = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+\.$/.test(line)) acknowledged.add(Number.parseInt(line, 10)); // a line that was cut has no point
    if (!isTimed) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    isTimed = true;
  }
}
