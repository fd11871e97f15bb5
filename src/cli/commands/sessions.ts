import { Option } from "commander";
import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface SessionsOptions {
  readonly metadata: Readonly<Record<string, string>>;
  readonly json?: true;
  readonly apiKey?: string;
  readonly [filter: string]: unknown;
}

/** Option of the command ▶ query parameter of the API. */
const filters = new Map([
  ["status", "status"],
  ["conversation", "conversation_id"],
  ["user", "user_id"],
  ["agent", "agent_name"],
  ["model", "model"],
  ["source", "source"],
  ["score", "score"],
  ["has", "has"],
  ["from", "from"],
  ["to", "to"],
  ["text", "q"],
  ["limit", "limit"],
  ["cursor", "cursor"],
]);

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
    .option("--has <what>", "error, harmful_turn, or both with a comma")
    .option("--metadata <key=value>", "with this metadata; repeat for more", collect, {})
    .option("--from <time>", "last active at or after this ISO 8601 time")
    .option("--to <time>", "last active before this ISO 8601 time")
    .option("-q, --text <words>", "words that all occur in what was said or in tool calls")
    .option("--limit <n>", "at most so many", "20")
    .option("--cursor <cursor>", "continue a page, as the one before says")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText(
      "after",
      examples("turnwise sessions --has harmful_turn", "turnwise sessions --agent shop -q refund --json"),
    )
    .action(async (options: SessionsOptions) => {
      const { createApiClient } = await import("../../api-client.ts");
      const page = await createApiClient(withApiKey(env, options.apiKey)).findSessions(toQuery(options));
      if (options.json) return out.write(`${toPrintableJson(page, 2)}\n`);
      const { renderSessions } = await import("../render-sessions.ts");
      out.write(renderSessions(page.sessions, out));
      if (page.next_cursor !== null) err.write(`More: add --cursor ${page.next_cursor}\n`);
      return undefined;
    });
};

function collect(pair: string, earlier: Readonly<Record<string, string>>): Record<string, string> {
  const [key = "", ...value] = pair.split("=");
  return { ...earlier, [`metadata.${key}`]: value.join("=") };
}

function toQuery(options: SessionsOptions): Record<string, string> {
  const query: Record<string, string> = { ...options.metadata };
  for (const [option, parameter] of filters) {
    const value = options[option];
    if (typeof value === "string") query[parameter] = value;
  }
  return query;
}
