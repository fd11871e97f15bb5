import { afterEach, beforeEach, expect, it } from "vitest";
import { runWithModel } from "../run-with-model.ts";
import { inShort, sessionsOf } from "../sessions-of.ts";
import { type Collector, startCollector } from "../start-collector.ts";

let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => collector.close());

const loops = "GuardError loop_detected: weather with equal arguments, 4 times, and no more than 3 are allowed";
const cycles = loops.replace("weather", "weather -> weather");

/** Every round asks the model and runs two tools. */
const cases: readonly { way: string; stdout: readonly string[]; guard: string; calls: number }[] = [
  {
    way: "guards of a function",
    stdout: [`${cycles} after 6 tool runs`, "finished after 10 tool runs"],
    guard: "loop_detected",
    calls: 4,
  },
  {
    way: "a tool made of another of its name",
    stdout: [`${cycles} after 6 tool runs`],
    guard: "loop_detected",
    calls: 4,
  },
  { way: "tools that are not recorded", stdout: [`${cycles} after 8 tool runs`], guard: "loop_detected", calls: 5 },
  {
    way: "every turn",
    stdout: [
      "finished after 6 tool runs",
      "finished after 6 tool runs",
      "GuardError max_steps: step 10, and no more than 9 are allowed after 6 tool runs",
    ],
    guard: "max_steps",
    calls: 10,
  },
  {
    way: "cost",
    stdout: ["GuardError cost_ceiling: $0.06 spent, and no more than $0.05 are allowed after 4 tool runs"],
    guard: "cost_ceiling",
    calls: 3,
  },
  {
    way: "unknown cost",
    stdout: [
      "GuardError cost_ceiling: what two-tools costs is not known, so whether $100 are spent is not, either after 0 tool runs",
    ],
    guard: "cost_ceiling",
    calls: 1,
  },
];

it.each(cases)("stops a runaway agent before its next step, and marks the session: $way", async (example) => {
  const { code, stdout, stderr } = await runWithModel("runaway.mjs", { args: [example.way], env: collector.env });
  expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({
    code: 0,
    stdout: example.stdout.map((line) => `${line}\n`).join(""),
    lines: 1,
  });
  const spans = collector.conversation("runaway");
  const refused = spans.filter(({ attributes }) => attributes.has("turnwise.guard.name"));
  expect(refused.map(({ attributes, status }) => [attributes.get("turnwise.guard.name"), status.code])).toEqual([
    [example.guard, 2],
  ]);
  expect(refused[0]?.attributes.get("error.type")).toBe("GuardError");
  expect(example.stdout.join()).toContain(String(refused[0]?.attributes.get("turnwise.guard.reason")));
  expect(spans.filter(({ name }) => name.startsWith("chat"))).toHaveLength(example.calls);
});

it("shows in the session that a guard has stopped it", async () => {
  await runWithModel("runaway.mjs", { args: ["tools that are not recorded"], env: collector.env });
  const [session] = await sessionsOf(collector);
  expect(JSON.stringify(session && inShort(session))).toContain("stopped by the guard loop_detected");
});

it("gives each agent that runs outside of a session a run of its own", async () => {
  const { stdout } = await runWithModel("runaway.mjs", { args: ["agents without a session"], env: collector.env });
  expect(stdout).toBe(
    "finished after 2 tool runs\nGuardError max_steps: step 4, and no more than 3 are allowed after 2 tool runs\n",
  );
  const stopped = collector.spans().filter(({ status }) => status.code === 2);
  expect(stopped.map(({ name }) => name)).toEqual(["invoke_agent second", "chat two-tools"]);
});

it("refuses whoever tries again as well, and records that once for each guard", async () => {
  const { stdout } = await runWithModel("runaway.mjs", { args: ["an agent that tries again"], env: collector.env });
  expect(stdout).toBe("gave up after 0 tool runs\n");
  const spans = collector.conversation("runaway");
  expect(spans.filter(({ attributes }) => attributes.has("turnwise.guard.name"))).toHaveLength(1);
  expect(spans.filter(({ name }) => name.startsWith("chat"))).toHaveLength(1);
});
