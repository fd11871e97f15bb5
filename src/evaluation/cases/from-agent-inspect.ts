/** agent_inspect's dataset files as cases: what the user says or wants, its subgoals and its expected tool calls. */
import { z } from "zod";
import { type EvalCase, evalCaseSchema } from "./eval-case.ts";

/** As its datasets have it: positions from 0, and no number where an expectation belongs to the conversation as a whole. */
const turn = z.union([z.int().min(0), z.string(), z.null()]).optional();

const expectedValue = z.looseObject({
  content: z.json().default(null),
  mode: z.enum(["exact", "judge"]).default("exact"),
});

const subgoal = z.looseObject({ details: z.string().min(1), turn });

const expectedTool = z.looseObject({
  tool_name: z.string().min(1),
  tool_inputs: z.array(expectedValue.extend({ name: z.string().min(1) })).nullish(),
  tool_output: expectedValue.nullish(),
  turn,
});
type ExpectedTool = z.output<typeof expectedTool>;

const sampleSchema = z.looseObject({
  id: z.union([z.string(), z.int()]).transform(String),
  input: z.array(z.looseObject({ role: z.literal("user"), content: z.string().min(1) })).min(1),
  metadata: z.looseObject({
    subgoals: z.array(subgoal).default([]),
    /** Its loader reads only the first of these names, and so drops what its own datasets have under the second. */
    expected_tools: z.array(expectedTool).default([]),
    expectedTools: z.array(expectedTool).default([]),
  }),
});

/** One sample, or a list of them. */
const fileSchema = z.union([sampleSchema.transform((sample) => [sample]), z.array(sampleSchema).min(1)]);

/**
 * Cases whose messages were written beforehand where every expectation belongs to a turn; else the first message is the task of a
 * simulated user, who talks with the agent until it is done. Throws ZodError for what is no dataset, or not one of cases.
 */
export function fromAgentInspect(dataset: unknown): readonly EvalCase[] {
  return fileSchema.parse(dataset).map((sample) => evalCaseSchema.parse(toCase(sample)));
}

function toCase({ id, input, metadata }: z.output<typeof sampleSchema>): z.input<typeof evalCaseSchema> {
  const { subgoals } = metadata;
  const tools = [...metadata.expected_tools, ...metadata.expectedTools];
  const isStatic = [...subgoals, ...tools].every((each) => typeof each.turn === "number");
  const task = input[0]?.content ?? "";
  return {
    id,
    ...(isStatic ? { input: input.map(({ content }) => content) } : { user: { task, done_when: doneWhen } }),
    validators: [
      ...subgoals.map(({ details, ...at }) => ({
        type: "subgoal" as const,
        subgoal: details,
        ...(isStatic ? { mode: "last_turn" as const } : { user_task: task }),
        ...placeOf(at),
      })),
      ...tools.map(toToolCall),
    ],
  };
}

const doneWhen = "Everything that the task asks for has been done.";

/** From 1 here. */
const placeOf = (at: { readonly turn?: unknown }) => (typeof at.turn === "number" ? { turn: at.turn + 1 } : {});

function toToolCall({ tool_name: tool, tool_inputs, tool_output, ...at }: ExpectedTool) {
  const inputs = tool_inputs ?? [];
  const byName = (checked: boolean) =>
    inputs.filter((input) => isChecked(input) === checked).map(({ name, content }) => [name, content] as const);
  const checks = byName(true).map(([name, content]) => [name, toCheck(content)] as const);
  return {
    type: "tool_call" as const,
    tool,
    arguments: Object.fromEntries(byName(false)),
    checks: Object.fromEntries(checks),
    ...toOutput(tool_output ?? undefined),
    ...placeOf(at),
  };
}

function toOutput(output: z.output<typeof expectedValue> | undefined) {
  if (output === undefined) return {};
  return isChecked(output) ? { output_check: toCheck(output.content) } : { output: output.content };
}

/** By the dataset's word, and in agent_inspect also what can have no one value. */
function isChecked({ mode, content, name }: z.output<typeof expectedValue> & { readonly name?: string }): boolean {
  return mode === "judge" || content === anyValue || content === "No Remarks" || name === "expression";
}

const anyValue = "$AnyValue";

function toCheck(content: unknown): string {
  if (content === anyValue) return "any value";
  return typeof content === "string" ? content : JSON.stringify(content);
}
