#!/usr/bin/env node
// Prints, for each capture, whether the rebuilt tokens are those that the models really served, and if not, why:
//   node bench/tokens.mjs
// Ends with 1 when a capture is not exact that could be.
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readOtlpFile } from "../dist/otlp-file.js";
import { factsOfRequests } from "../dist/otlp/facts-of-requests.js";
import { buildSessions } from "../dist/session/build-sessions.js";
import { compareTokens, notCarried } from "../test/support/compare-tokens.mjs";

const folder = new URL("../test/fixtures/captures/", import.meta.url);
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".json.gz") ? [file.slice(0, -8)] : []));
let exact = 0;

for (const name of names.sort()) {
  const capture = JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString());
  if (capture.expected === undefined) continue;
  const requests = capture.requests
    .filter(({ signal }) => signal !== "metrics")
    .flatMap(({ contentType, contentEncoding, body }) => {
      const ending = `${contentType.includes("json") ? ".json" : ".pb"}${contentEncoding === "gzip" ? ".gz" : ""}`;
      return readOtlpFile(`${name}${ending}`, Buffer.from(body, "base64"));
    });
  const { wanted, got, isExact } = compareTokens(capture.expected, buildSessions(factsOfRequests(requests)));
  if (isExact) exact++;
  else if (!notCarried.has(name)) process.exitCode = 1;
  const verdict = isExact ? "exact" : `${got.join(" / ")} of ${wanted.join(" / ")}: ${notCarried.get(name) ?? "WRONG"}`;
  console.log(`${name.padEnd(38)} ${verdict}`);
}
console.log(`${exact} of ${names.length} exact (input / output / cached input)`);
