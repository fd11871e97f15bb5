import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage } from "../../src/model/message.ts";
import { says, user, uses } from "../evaluation/conversation.ts";

const run = promisify(execFile);
const command = (name: string) => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "judge-bench-"));

const line = (id: string, messages: readonly (readonly ChatMessage[])[], labels: object) =>
  JSON.stringify({ id, messages: messages.flat(), tools: [], labels: { group: id.slice(0, 4), ...labels } });
const looked = uses("get_order", { order_id: "#W1111" }, { status: "open" });

/** Every third conversation fails: in those the user keeps complaining, and the agent says the same again. */
const shop = Array.from({ length: 60 }, (_, at) => {
  const fails = at % 3 === 0;
  const talk = fails
    ? [user("If it is late, cancel #W1111"), looked, says("Ok?"), user("It still is not cancelled"), says("No.")]
    : [user("Where is #W1111?"), looked, says("It is open."), user("Thank you very much"), says("Bye.")];
  return line(`s${String(at).padStart(3, "0")}`, talk, {
    kind: "outcome",
    outcome: fails ? "failure" : "success",
    domain: "shop",
    llm_judge_model: "some-model, of May",
    llm_judge: { quick: { fail: at % 2 } },
  });
});
const steps = [
  line("w001", [user("Sum?"), uses("run", { code: "1" }, "Error: no such name"), says("It is 3.")], {
    kind: "outcome",
    outcome: "failure",
    subset: "alg",
    mistake_msg: 1,
  }),
];

beforeAll(() => {
  writeFileSync(join(folder, "shop.dev.jsonl"), `${shop.join("\n")}\n\n`);
  writeFileSync(join(folder, "whowhen.dev.jsonl"), steps.join("\n"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("bench:judge", () => {
  it("prints how often the rules judge was right, by set and domain, by step, by rule", async () => {
    const { stdout } = await run(process.execPath, [command("judge.mjs"), folder]);
    expect(stdout).toMatch(/^some-model, quick +n 60 /m);
    expect(stdout).toMatch(/^shop:shop +n 60 {2}base 0\.333 .*AUC 1\.000/m);
    expect(stdout).toMatch(/^whowhen:alg +first failure step named exactly: 1\/1$/m);
    expect(stdout).toMatch(/^\| outcome: AUC within a set and domain \| 1\.000 \| 1\.00 to 1\.00 \|/m);
    expect(stdout).toMatch(/^\| outcome: precision of those flagged \| - \| - \|/m);
    expect(stdout).toMatch(/^\| any conversation \| 60 \| 20 \(33 %\) \|$/m);
    expect(stdout).toMatch(/^\d+ conversations\/s on one core/m);
    expect(stdout).toContain("The committed weights are not those");
  });

  it("fits a table of weights that says which signals told the failed ones", async () => {
    const { stdout } = await run(process.execPath, [command("judge/fit.mjs"), folder]);
    expect(stdout).toMatch(/^export const outcomeWeights: OutcomeWeights = \{$/m);
    expect(stdout).toMatch(/^ {4}complaints: \d\.\d+,$/m);
  });

  it("judges with the shipped weights where there are no outcomes to learn from", async () => {
    const safe = mkdtempSync(join(folder, "safe-"));
    const labels = { kind: "safety", unsafe: 0 };
    writeFileSync(join(safe, "safe.dev.jsonl"), line("r001", [user("Hello"), says("Hello.")], labels));
    const { stdout } = await run(process.execPath, [command("judge.mjs"), safe]);
    expect(stdout).toMatch(/^safe +n 1 /m);
    expect(stdout).not.toMatch(/fired on|not those that/);
  });

  it.each(["judge.mjs", "judge/fit.mjs"])("%s says how it is called when it is called wrongly", async (name) => {
    await expect(run(process.execPath, [command(name)])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^usage: /) as string,
    });
  });
});
