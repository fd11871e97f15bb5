/** A124, A126, A128: what callers of the API can ask, and claim to be. */
import { expect } from "vitest";
import { send } from "../receivers/otlp/receiver.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";

const NOT_COUNTED = { none: "the API keeps no numbers of its requests" };

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(server: AttackedServer, path: string, { method = "GET", headers = {} }: Asked = {}) {
  const port = Number(new URL(server.apiUrl).port);
  return send({ port }, { method, path: `/api/v1${path}`, headers: { host: `localhost:${port}`, ...headers } });
}

const attacks: readonly Attack[] = [
  {
    name: "A124 limits, cursors and times beyond all measure are refused, and a range of centuries is answered soon",
    counts: NOT_COUNTED,
    async run(server) {
      const limits = ["1e9", "1000000000", "-1", "NaN", "0", "1.5", "", "999999999999999999999", "0x10", "1;2", "١"];
      for (const limit of limits) {
        const { status } = await ask(server, `/sessions?limit=${encodeURIComponent(limit)}`);
        expect(status, `limit ${limit}`).toBe(400);
      }
      for (const query of [
        "offset=1000000000",
        "cursor=x",
        `cursor=${"A".repeat(1024)}`,
        `cursor=${Buffer.from('{"at":-1e308}').toString("base64url")}`,
        `cursor=${"A".repeat(10_000)}`,
        "from=-1",
        "from=yesterday",
        "from=2026-13-45",
        "limit=1&limit=2",
        "limit[]=1",
        "limit[a]=1",
        "__proto__=1",
        `q=${"a".repeat(2000)}`,
      ])
        expect((await ask(server, `/sessions?${query}`)).status, `asked for ${query}`).toBe(400);
      expect((await ask(server, "/sessions?metadata.__proto__=1&metadata.constructor=2")).status).toBe(200);
      const started = performance.now();
      expect((await ask(server, "/sessions?from=1926-01-01&to=2126-01-01&limit=500")).status).toBe(200);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  },
  {
    name: "metacharacters of SQL, LIKE and full text are characters in every filter",
    counts: NOT_COUNTED,
    async run(server) {
      const texts = [
        "'",
        '"',
        "%",
        "_",
        "\\",
        "*",
        "a*",
        "NEAR(a b)",
        "a AND",
        "a OR b",
        "-a",
        "(",
        "^",
        "--",
        ";",
        "'; DROP TABLE sessions; --",
        "\0",
        "content:a",
        "\u{1f600}",
      ];
      const filters = ["q", "conversation_id", "user_id", "agent_name", "model", "metadata.key"];
      for (const filter of filters)
        for (const text of texts) {
          const { status } = await ask(server, `/sessions?${filter}=${encodeURIComponent(text)}`);
          expect([200, 400], `${filter}=${text}`).toContain(status);
        }
    },
  },
  {
    name: "A126 a page of no origin, or of another, may change nothing and is given nothing",
    counts: NOT_COUNTED,
    async run(server) {
      for (const origin of [
        "null",
        "http://evil.example",
        "http://localhost.evil.example",
        "file://",
        "http://127.0.0.1.evil.example",
      ]) {
        const headers = { origin, "content-type": "application/json" };
        for (const method of ["POST", "DELETE"])
          expect((await ask(server, "/sessions/x/close", { method, headers })).status, `from ${origin}`).toBe(403);
        for (const port of server.ports)
          for (const method of ["GET", "OPTIONS"]) {
            const answer = await send({ port }, { method, path: "/v1/traces", headers });
            expect(answer.headers["access-control-allow-origin"], `from ${origin}`).toBeUndefined();
          }
      }
    },
  },
  {
    name: "A128 nobody becomes another by saying so in a header",
    counts: NOT_COUNTED,
    async run(server) {
      const claims = {
        "x-forwarded-for": "127.0.0.1",
        "x-real-ip": "127.0.0.1",
        "x-forwarded-host": "localhost",
        forwarded: "for=127.0.0.1;host=localhost",
      };
      expect((await ask(server, "/sessions", { headers: { ...claims, host: "evil.example" } })).status).toBe(421);
      const origin = { ...claims, origin: "http://evil.example", "content-type": "application/json" };
      expect((await ask(server, "/sessions/x/close", { method: "POST", headers: origin })).status).toBe(403);
      // One place for each address would be as many as the caller likes.
      const answers = await Promise.all(
        Array.from({ length: 500 }, async (_, at) =>
          ask(server, "/sessions", { headers: { "x-forwarded-for": `10.0.${at >> 8}.${at & 255}` } }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    },
  },
];

describeAttacks("the API", attacks);
