import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { components } from "../src/components.ts";
import { packagedConfigPath } from "../src/config/config-sources.ts";
import { loadConfig } from "../src/config/load-config.ts";
import { createRedactors, redactionsOf } from "../src/message-redactors.ts";

function redactorsFor(processors: string, pipelines: Readonly<Record<string, string>>) {
  const text = Object.entries(pipelines).reduce(
    (yaml, [signal, ids]) =>
      yaml.replace(
        `${signal}: { receivers: [otlp], processors: [memory_limiter]`,
        `${signal}: { receivers: [otlp], processors: [memory_limiter, ${ids}]`,
      ),
    readFileSync(packagedConfigPath, "utf8").replace("processors:\n", `processors:\n${processors}`),
  );
  return createRedactors(redactionsOf(loadConfig({ text, env: {} }, components).config));
}

const blocking = (id: string, value: string): string =>
  `  ${id}: { allow_all_keys: true, blocked_values: [${value}] }\n`;

test("there are none without a redaction in a pipeline of traces", () => {
  expect(redactorsFor(blocking("redaction", "a"), { logs: "redaction" })).toEqual([]);
});

test("each redaction of the pipelines of traces counts, in their order", () => {
  const processors = blocking("redaction/b", "b") + blocking("redaction/a", "ab|a") + blocking("redaction/c", "c");
  const redactors = redactorsFor(processors, { traces: "redaction/b, redaction/a", logs: "redaction/c" });
  expect(redactors.map((redactor) => redactor.text("abc"))).toEqual(["a****c", "****c"]);
});
