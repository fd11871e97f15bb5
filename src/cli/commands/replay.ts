import { examples, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";
import { readSessions } from "../read-sessions.ts";

export const addReplay: AddCommand = (program, { out, err }) => {
  program
    .command("replay")
    .description("build sessions from OTLP files, without a server and without judging them")
    .argument("<files...>", ".json, .jsonl or .pb, each also with .gz; all of them together are one set of spans")
    .option("--json", "print a list of session details")
    .addHelpText("after", examples("turnwise replay traces.jsonl", "turnwise replay requests/*.pb --json"))
    .action(async (files: readonly string[], { json }: { json?: true }) => {
      const [{ toReplayedSession }, { renderSession }] = await Promise.all([
        import("../../replayed-session.ts"),
        import("../render-session.ts"),
      ]);
      const built = await readSessions(files, err);
      // As in a server: what turns out to hold no turn, such as a plain HTTP trace, is not a session.
      const sessions = built.filter(({ turns }) => turns.length > 0).map(toReplayedSession);
      if (json) return out.write(`${toPrintableJson(sessions, 2)}\n`);
      const text = sessions.map((session) => renderSession(session, out)).join("\n");
      return out.write(text === "" ? "No sessions: no span in these files is an agent's turn.\n" : text);
    });
};
