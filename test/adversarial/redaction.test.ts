/** A89, A90: what a redaction that is configured must stand, and must find. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { field, fixed64Field, keyValue, message, requestOf } from "../otlp/wire.ts";
import { PROTOBUF, send } from "../receivers/otlp/receiver.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";
import { expectJudged, freshId, hex, modelCallFields, sendProtobuf, textAttribute, wireSpan } from "./export.ts";

const ACCEPTED = "otelcol_receiver_accepted_spans";
const MEBIBYTE = 1024 * 1024;

/** Patterns that an engine which goes back and tries again would work on for years. */
const withRedaction = (yaml: string): string =>
  yaml
    .replace(
      "\nexporters:",
      `
  redaction:
    presets: [secrets, pii]
    blocked_values: ["(a+)+$", "(a|a)*b", "([a-z]+)*!", "(x+x+)+y"]

exporters:`,
    )
    .replaceAll("processors: [memory_limiter]", "processors: [memory_limiter, redaction]");

const secrets = [
  `sk-proj-${"A1b2C3d4E5f6G7h8".repeat(3)}`,
  "AKIAIOSFODNN7EXAMPLE",
  `ghp_${"a1B2c3D4e5F6g7H8i9J0".repeat(2).slice(0, 36)}`,
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
];

/** Everything that the server has on disk. */
function storedBytes(server: AttackedServer): Buffer {
  return Buffer.concat(readdirSync(server.dataDir).map((name) => readFileSync(join(server.dataDir, name))));
}

/** A span that has the secret wherever a text can be. */
function spanFullOf(traceId: string, secret: string): Buffer {
  const text = `before ${secret} after`;
  const attribute = keyValue("note", field(1, text));
  const inMap = field(6, field(1, keyValue("inner", field(5, field(1, field(1, text))))));
  return wireSpan(
    traceId,
    freshId(8),
    ...modelCallFields(text),
    field(5, `chat ${secret}`),
    textAttribute("note", text),
    textAttribute("json", JSON.stringify({ deep: [{ note: text }] })),
    field(9, keyValue("map", inMap)),
    field(11, message(fixed64Field(1, 1n), field(2, `event ${secret}`), field(3, attribute))),
    field(13, message(field(1, hex(traceId)), field(2, hex(freshId(8))), field(4, attribute))),
    field(15, field(2, `failed with ${secret}`)),
  );
}

const attacks: readonly Attack[] = [
  {
    name: "A89 patterns that could take for ever take a moment, over a megabyte made for them",
    counts: ACCEPTED,
    async run(server) {
      for (const unit of ["a", "aaaaaaaaaaaaaaaaaaaaaaac", "x", "z"]) {
        const text = unit.repeat(MEBIBYTE / unit.length);
        const request = requestOf(wireSpan(freshId(16), freshId(8), textAttribute("text", text)));
        const before = server.processorMs();
        expect(await sendProtobuf(server, request)).toEqual({ status: 200, rejected: 0 });
        expect(server.processorMs() - before, `of ${unit}`).toBeLessThan(10_000);
      }
    },
  },
  {
    name: "A90 secrets are found wherever a text can be, and never reach the disk",
    counts: ACCEPTED,
    async run(server) {
      const traces: string[] = [];
      for (const secret of secrets) {
        const traceId = freshId(16);
        const resource = field(1, field(1, keyValue("deployment", field(1, secret))));
        const scope = field(1, field(1, "s"), field(3, keyValue("note", field(1, secret))));
        const body = field(1, resource, field(2, scope, field(2, spanFullOf(traceId, secret))));
        expect(await sendProtobuf(server, body)).toEqual({ status: 200, rejected: 0 });
        const record = message(
          field(5, field(1, `log ${secret}`)),
          field(9, hex(traceId)),
          field(6, keyValue("k", field(1, secret))),
        );
        expect((await send(server, { path: "/v1/logs", headers: PROTOBUF, body: requestOf(record) })).status).toBe(200);
        traces.push(traceId);
      }
      for (const traceId of traces) await expectJudged(server, traceId);
      const stored = storedBytes(server);
      expect(stored.includes("failed with ")).toBe(true);
      expect(secrets.filter((secret) => stored.includes(secret))).toEqual([]);
      expect(secrets.filter((secret) => server.stderr().includes(secret))).toEqual([]);
    },
  },
  {
    name: "A90 secrets that are split or encoded harm nothing",
    counts: ACCEPTED,
    async run(server) {
      const [secret = ""] = secrets;
      const parts = [
        secret.slice(0, 10),
        secret.slice(10),
        Buffer.from(secret).toString("base64"),
        Buffer.from(secret).toString("hex"),
      ];
      const traceId = freshId(16);
      const fields = [...modelCallFields(), ...parts.map((part, at) => textAttribute(`part${at}`, part))];
      expect(await sendProtobuf(server, requestOf(wireSpan(traceId, freshId(8), ...fields)))).toEqual({
        status: 200,
        rejected: 0,
      });
      await expectJudged(server, traceId);
    },
  },
];

describeAttacks("a server that redacts", attacks, { edit: withRedaction });
