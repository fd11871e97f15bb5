#!/usr/bin/env node
// Packs captures (a folder each: request bodies, meta.json, expected.json) into one compressed file each, as the tests
// read them:  node test/support/pack-capture.mjs FOLDER…
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const target = new URL("../fixtures/captures/", import.meta.url);

for (const folder of process.argv.slice(2)) {
  const meta = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"));
  const { conversations, telemetry } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
  const capture = {
    library: meta.library,
    version: meta.version,
    requests: meta.requests.map((request) => ({
      signal: request.signal,
      contentType: request.contentType,
      contentEncoding: request.contentEncoding,
      body: readFileSync(join(folder, request.file)).toString("base64"),
    })),
    expected: { conversations, telemetry },
  };
  const file = new URL(`${basename(folder)}.json.gz`, target);
  writeFileSync(file, gzipSync(JSON.stringify(capture), { level: 9 }));
}
