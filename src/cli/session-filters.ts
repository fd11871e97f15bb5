import type { SessionFilter } from "@turnwise/client";
import { type Command, Option } from "commander";

/** The sessions that a command is about, as its line names them. What is wrong with a value the server says. */
export interface SessionFilterOptions extends Pick<
  SessionFilter,
  "status" | "model" | "source" | "has" | "metadata" | "metric" | "from" | "to"
> {
  readonly conversation?: string;
  readonly user?: string;
  readonly agent?: string;
  readonly score?: keyof typeof scores;
  readonly metricBelow?: number;
  readonly text?: string;
}

const scores = { "-1": -1, "0": 0, "1": 1 } as const;

export function withSessionFilters(command: Command): Command {
  return command
    .option("--status <status>", "open, pending, running, closing, completed or failed")
    .option("--conversation <id>", "with this conversation id")
    .option("--user <id>", "of this user")
    .option("--agent <name>", "of this agent")
    .option("--model <name>", "that used this model")
    .option("--source <source>", "otlp, messages, text, voice or stream")
    .addOption(new Option("--score <score>", "with this trajectory score").choices(["-1", "0", "1"]))
    .option("--has <what>", "error, harmful_turn, or both with a comma", (list: string) => list.split(","))
    .option("--metadata <key=value>", "with this metadata; repeat for more", collect, {})
    .option("--metric <evaluator/name>", "with a score by this measure of an evaluator")
    .option("--metric-below <value>", "of --metric: below this value, 0 to 1", Number)
    .option("--from <time>", "last active at or after this ISO 8601 time")
    .option("--to <time>", "last active before this ISO 8601 time")
    .option("-q, --text <words>", "words that all occur in what was said or in tool calls");
}

function collect(pair: string, earlier: Readonly<Record<string, string>>): Record<string, string> {
  const [key = "", ...value] = pair.split("=");
  return { ...earlier, [key]: value.join("=") };
}

export function toSessionFilter(options: SessionFilterOptions): SessionFilter {
  const { status, model, source, has, metadata, metric, from, to } = options;
  const { conversation, user, agent, score, metricBelow, text } = options;
  return {
    status,
    model,
    source,
    has,
    metadata,
    metric,
    metric_below: metricBelow,
    from,
    to,
    conversation_id: conversation,
    user_id: user,
    agent_name: agent,
    score: score && scores[score],
    q: text,
  };
}
