import type { Label, LabelTarget, Turnwise } from "@turnwise/client";
import { Option } from "commander";
import { apiKeyOption, examples, withApiKey, type AddCommand, type CommandContext } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface LabelOptions {
  readonly turn?: number;
  readonly toolCall?: number;
  readonly dimension?: NonNullable<Label["dimension"]>;
  readonly score?: keyof typeof scores;
  readonly note?: string;
  readonly labeller?: string;
  readonly remove?: true;
  readonly json?: true;
  readonly apiKey?: string;
}

const scores = { "-1": -1, "0": 0, "1": 1 } as const;

export const addLabel: AddCommand = (program, context) => {
  program
    .command("label")
    .description("say what a session, a turn or a tool call is worth, so that the judges can be measured by it")
    .argument("<id>", "the session's id; without a score its labels are shown")
    .option("--turn <n>", "this turn, counted from 1; without it the session as a whole", Number)
    .option("--tool-call <n>", "this tool call of the turn, counted from 1", Number)
    .option("--dimension <name>", "of the turn, such as hallucination; without it all in all")
    .addOption(new Option("--score <score>", "-1 harmful, 0 neutral, 1 helpful").choices(["-1", "0", "1"]))
    .option("--note <text>", "why")
    .option("--labeller <name>", "who says it; without it whoever the key belongs to")
    .option("--remove", "take the label back")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText(
      "after",
      examples(
        "turnwise label 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d --turn 3 --score -1 --note 'no such refund'",
        "turnwise label 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d --score 1",
      ),
    )
    .action(async (id: string, options: LabelOptions) => {
      const { askServer } = await import("../../api-client.ts");
      const act = options.remove ? remove : options.score === undefined ? show : put;
      await askServer(withApiKey(context.env, options.apiKey), async (client) => act(client, id, options, context));
    });
};

type Act = (client: Turnwise, id: string, options: LabelOptions, context: CommandContext) => Promise<void>;

const put: Act = async ({ sessions }, id, { score = "0", note, json, ...options }, { out }) => {
  const label = await sessions.label(id, { ...targetOf(options), score: scores[score], note });
  await write([label], label, json, out);
};

const remove: Act = async ({ sessions }, id, { json, ...options }, { out }) => {
  await sessions.removeLabel(id, targetOf(options));
  out.write(json ? `${toPrintableJson({ removed: true }, 2)}\n` : "the label is taken back\n");
};

const show: Act = async ({ sessions }, id, { json }, { out }) => {
  const answer = await sessions.labels(id);
  await write(answer.labels, answer, json, out);
};

async function write(
  labels: readonly Label[],
  answer: object,
  json: true | undefined,
  out: CommandContext["out"],
): Promise<void> {
  if (json) return out.write(`${toPrintableJson(answer, 2)}\n`);
  const { renderLabels } = await import("../render-labels.ts");
  return out.write(renderLabels(labels, out));
}

function targetOf({ turn, toolCall, dimension, labeller }: LabelOptions): LabelTarget {
  const target = toolCall === undefined ? (turn === undefined ? "trajectory" : "turn") : "tool_call";
  return { target, turn, tool_call: toolCall, dimension, labeller };
}
