// What real libraries sent, as the fuzzer's beginnings: `{ signal, encoding, body }`.
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const captures = new URL("../../test/fixtures/captures/", import.meta.url);
/** Larger ones say nothing that smaller ones do not, and take the time of many. */
const MAX_BYTES = 200_000;

export function readCorpus() {
  const files = readdirSync(captures).filter((name) => name.endsWith(".json.gz"));
  return files.flatMap((name) => {
    const { requests } = JSON.parse(gunzipSync(readFileSync(new URL(name, captures))));
    return requests.flatMap(toInput).filter(({ body }) => body.length > 0 && body.length <= MAX_BYTES);
  });
}

function toInput({ signal, contentType, contentEncoding, body }) {
  if (signal === "metrics") return [];
  const bytes = Buffer.from(body, "base64");
  const encoding = contentType.includes("json") ? "json" : "protobuf";
  return [{ signal, encoding, body: contentEncoding === "gzip" ? gunzipSync(bytes) : bytes }];
}
