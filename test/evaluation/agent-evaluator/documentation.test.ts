import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

it("what docs/agent-evaluator.md shows runs, and passes its own gate", () => {
  const page = readFileSync(join(root, "docs/agent-evaluator.md"), "utf8");
  const shown = /```ts\n(.*?)```/s.exec(page)?.[1] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "turnwise-documentation-"));
  try {
    const file = join(folder, "shown.mts");
    writeFileSync(file, shown.replace("turnwise/evaluation", join(root, "src/evaluation/index.ts")));
    const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/tsx"), [file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("  Cases          : 1  (passed: 1, threshold: 0.7)\n");
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      results: [{ case_id: "sum", task_completion_score: 1, reasoning_score: 1, tool_use_score: 1, steps_taken: 1 }],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
