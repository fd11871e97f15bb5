import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import { type SessionFilterOptions, toSessionFilter, withSessionFilters } from "../session-filters.ts";

interface SessionsOptions extends SessionFilterOptions {
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: true;
  readonly apiKey?: string;
}

export const addSessions: AddCommand = (program, { env, out, err }) => {
  const command = program.command("sessions").description("list sessions of a running server, newest activity first");
  withSessionFilters(command)
    .option("--limit <n>", "at most so many", Number, 20)
    .option("--cursor <cursor>", "continue a page, as the one before says")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText(
      "after",
      examples("turnwise sessions --has harmful_turn", "turnwise sessions --agent shop -q refund --json"),
    )
    .action(async ({ limit, cursor, ...options }: SessionsOptions) => {
      const { askServer } = await import("../../api-client.ts");
      const page = await askServer(withApiKey(env, options.apiKey), async ({ sessions }) =>
        sessions.list({ ...toSessionFilter(options), limit, cursor }),
      );
      if (options.json) return out.write(`${toPrintableJson(page, 2)}\n`);
      const { renderSessions } = await import("../render-sessions.ts");
      out.write(renderSessions(page.sessions, out));
      if (page.next_cursor !== null) err.write(`More: add --cursor ${page.next_cursor}\n`);
      return undefined;
    });
};
