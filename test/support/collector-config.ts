/** A configuration of the OpenTelemetry Collector's own, and what is left of it without what Turnwise lacks. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const collectorConfigPath = fileURLToPath(new URL("../fixtures/config/collector-config.yaml", import.meta.url));
export const collectorConfig = readFileSync(collectorConfigPath, "utf8");

/** The names that Turnwise lacks, as the configuration has them. */
const lacking = [
  "hostmetrics",
  "prometheus",
  "batch",
  "batch/large",
  "resourcedetection",
  "spanmetrics",
  "pprof",
  "zpages",
];

/** The text without these keys of maps (with all that hangs on them) and without these items of lists. */
function without(text: string, ids: readonly string[]): string {
  const name = `(?:${ids.map((id) => id.replace("/", "\\/")).join("|")})`;
  return text
    .replace(new RegExp(`^  ${name}:.*\\n(?:   .*\\n)*`, "gm"), "")
    .replace(new RegExp(`(?<=\\[|, )${name}(?:, |(?=\\]))`, "g"), "")
    .replace(/, \]/g, "]");
}

/** The collector's configuration with only these names removed. */
export const withoutLacking = without(collectorConfig, lacking);
