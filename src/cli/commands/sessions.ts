import type { SessionFilter } from "@turnwise/client";
import { Option } from "commander";
import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

/** As the command line names them. What is wrong with a value the server says. */
interface SessionsOptions extends Pick<
  SessionFilter,
  "status" | "model" | "source" | "has" | "metadata" | "from" | "to" | "limit" | "cursor"
> {
  readonly conversation?: string;
  readonly user?: string;
  readonly agent?: string;
  readonly score?: keyof typeof scores;
  readonly text?: string;
  readonly json?: true;
  readonly apiKey?: string;
}

const scores = { "-1": -1, "0": 0, "1": 1 } as const;

export const addSessions: AddCommand = (program, { env, out, err }) => {
  program
    .command("sessions")
    .description("list sessions of a running server, newest activity first")
    .option("--status <status>", "open, pending, running, closing, completed or failed")
    .option("--conversation <id>", "with this conversation id")
    .option("--user <id>", "of this user")
    .option("--agent <name>", "of this agent")
    .option("--model <name>", "that used this model")
    .option("--source <source>", "otlp, messages, text, voice or stream")
    .addOption(new Option("--score <score>", "with this trajectory score").choices(["-1", "0", "1"]))
    .option("--has <what>", "error, harmful_turn, or both with a comma", (list: string) => list.split(","))
    .option("--metadata <key=value>", "with this metadata; repeat for more", collect, {})
    .option("--from <time>", "last active at or after this ISO 8601 time")
    .option("--to <time>", "last active before this ISO 8601 time")
    .option("-q, --text <words>", "words that all occur in what was said or in tool calls")
    .option("--limit <n>", "at most so many", Number, 20)
    .option("--cursor <cursor>", "continue a page, as the one before says")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText(
      "after",
      examples("turnwise sessions --has harmful_turn", "turnwise sessions --agent shop -q refund --json"),
    )
    .action(async (options: SessionsOptions) => {
      const { askServer } = await import("../../api-client.ts");
      const page = await askServer(withApiKey(env, options.apiKey), async ({ sessions }) =>
        sessions.list(toFilter(options)),
      );
      if (options.json) return out.write(`${toPrintableJson(page, 2)}\n`);
      const { renderSessions } = await import("../render-sessions.ts");
      out.write(renderSessions(page.sessions, out));
      if (page.next_cursor !== null) err.write(`More: add --cursor ${page.next_cursor}\n`);
      return undefined;
    });
};

function collect(pair: string, earlier: Readonly<Record<string, string>>): Record<string, string> {
  const [key = "", ...value] = pair.split("=");
  return { ...earlier, [key]: value.join("=") };
}

function toFilter({ conversation, user, agent, score, text, ...options }: SessionsOptions): SessionFilter {
  const { status, model, source, has, metadata, from, to, limit, cursor } = options;
  return {
    status,
    model,
    source,
    has,
    metadata,
    from,
    to,
    limit,
    cursor,
    conversation_id: conversation,
    user_id: user,
    agent_name: agent,
    score: score && scores[score],
    q: text,
  };
}
