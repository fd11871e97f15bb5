/** A120, A122, A123: what callers can present at the doors of a server that asks for a key. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JSON_TYPE, send } from "../receivers/otlp/receiver.ts";
import { type AttackedServer, startAttackedServer } from "./attack.ts";

const KEY = "the-only-key-that-opens";

const withKey = (yaml: string): string =>
  yaml
    .replace(
      "\nextensions:",
      `
extensions:
  bearertokenauth: { token: "${KEY}" }`,
    )
    .replace("extensions: [health_check, accounts]", "extensions: [health_check, bearertokenauth]")
    .replaceAll("authenticator: accounts", "authenticator: bearertokenauth");

describe("a server that asks for a key", () => {
  let server: AttackedServer;
  beforeAll(async () => {
    server = await startAttackedServer({ edit: withKey });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
  });

  /** At OTLP and at the API. */
  async function knock(headers: Readonly<Record<string, string>>, query = "") {
    const api = { port: Number(new URL(server.apiUrl).port) };
    const host = { host: `localhost:${api.port}` };
    return [
      await send(server, { path: `/v1/traces${query}`, headers: { ...JSON_TYPE, ...headers }, body: "{}" }),
      await send(api, { method: "GET", path: `/api/v1/sessions${query}`, headers: { ...host, ...headers } }),
    ];
  }

  const statusesOf = async (...knocks: Parameters<typeof knock>): Promise<readonly number[]> =>
    (await knock(...knocks)).map(({ status }) => status);

  const presented: readonly (readonly [string, string])[] = [
    ["none", ""],
    ["a scheme alone", "Bearer"],
    ["white space", "Bearer   "],
    ["another scheme", `Basic ${Buffer.from(`x:${KEY}`).toString("base64")}`],
    ["the key without a scheme", KEY],
    ["a wrong key", "Bearer wrong"],
    ["the beginning of the key", `Bearer ${KEY.slice(0, -1)}`],
    ["more than the key", `Bearer ${KEY}x`],
    ["the key in capitals", `Bearer ${KEY.toUpperCase()}`],
    ["two keys", `Bearer wrong, Bearer ${KEY}`],
    ["what is not ASCII", "Bearer \u00e9\u00ff"],
    ["fifteen thousand characters", `Bearer ${"x".repeat(15_000)}`],
  ];

  test.each(presented)("A120 lets nobody in with %s", async (_, authorization) => {
    const answers = await knock(authorization === "" ? {} : { authorization });
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers.map(({ headers }) => String(headers["www-authenticate"]).startsWith("Bearer"))).toEqual([
      true,
      true,
    ]);
  });

  test("A120 refuses a key of a megabyte before it is looked at", async () => {
    for (const port of server.ports.slice(0, 2)) {
      const asking = send(
        { port },
        { method: "GET", path: "/", headers: { authorization: `Bearer ${"x".repeat(1_000_000)}` } },
      );
      const status = await asking.then(
        (answer) => answer.status,
        (error: NodeJS.ErrnoException) => error.code, // reset: more was sent than is read
      );
      expect([431, "ECONNRESET", "EPIPE"]).toContain(status);
    }
  });

  test("A122 takes no key from the query", async () => {
    for (const name of ["token", "access_token", "key", "api_key", "authorization"])
      expect(await statusesOf({}, `?${name}=${KEY}`)).toEqual([401, 401]);
  });

  test("A123 says and logs nothing of what was presented", async () => {
    const wrong = "a-wrong-key-of-somebody";
    const answers = [...(await knock({ authorization: `Bearer ${wrong}` })), ...(await knock({}, `?token=${wrong}`))];
    for (const { body, headers } of answers) expect(body.toString() + JSON.stringify(headers)).not.toContain(wrong);
    expect(server.stderr()).not.toContain(wrong);
    expect(server.stderr()).not.toContain(KEY);
  });

  test("lets the key in, whatever the letters of its scheme", async () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expect(await statusesOf({ authorization: `${scheme} ${KEY}` })).toEqual([200, 200]);
    expect(server.isAlive()).toBe(true);
  });
});
