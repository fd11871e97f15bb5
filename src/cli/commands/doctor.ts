import type { Hop } from "../../doctor.ts";
import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { otlpUrlOf } from "../otlp-url.ts";
import { toPrintableJson, toPrintableLine } from "../printable.ts";
import type { Output } from "../terminal.ts";

export const addDoctor: AddCommand = (program, { env, out }) => {
  program
    .command("doctor")
    .description("send a span to a running server, read it back and show each hop")
    .addOption(apiKeyOption())
    .option("--json", "print the hops as JSON")
    .addHelpText(
      "after",
      examples("turnwise doctor", "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 turnwise doctor"),
    )
    .action(async ({ json, apiKey }: { json?: true; apiKey?: string }) => {
      const asking = withApiKey(env, apiKey);
      const [{ createApiClient }, { runDoctor }] = await Promise.all([
        import("../../api-client.ts"),
        import("../../doctor.ts"),
      ]);
      const hops: Hop[] = [];
      for await (const hop of runDoctor({ client: createApiClient(asking), otlpUrl: otlpUrlOf(env), env: asking })) {
        hops.push(hop);
        if (!json) printHop(hop, out);
      }
      const ok = hops.every((hop) => hop.ok);
      if (json) out.write(`${toPrintableJson({ ok, hops }, 2)}\n`);
      if (!ok) process.exitCode = 1;
    });
};

function printHop({ name, ok, ms, detail, remedy }: Hop, { write, paint }: Output): void {
  const mark = ok ? paint("green", "ok    ") : paint("red", "FAILED");
  write(`${mark} ${name.padEnd(12)} ${paint("dim", `${ms} ms`.padStart(9))}  ${toPrintableLine(detail)}\n`);
  if (remedy !== undefined) write(`       ${toPrintableLine(remedy)}\n`);
}
