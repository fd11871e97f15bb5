/** R100 to R108: who may send. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { components } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { createService } from "../../src/service/service.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { openReceiver } from "../support/open-receiver.ts";
import { send } from "../support/http-client.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { type Assertion, everywhere, onlyOnce, overHttp } from "./assertion.ts";
import { bearerTokens } from "./bearer-tokens.ts";
import { ACCEPTED, assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { requestText } from "./connection-assertions.ts";
import type { ServerSettings } from "./conformance-servers.ts";
import type { Probe } from "./probe.ts";
import { smallRequest } from "./requests.ts";

const AUTH = { auth: { authenticator: "bearertokenauth" } };
const withTokens = (authenticator: Record<string, unknown>): ServerSettings => ({
  authenticator,
  http: AUTH,
  grpc: AUTH,
});

const TOKENS = withTokens({
  tokens: [
    { token: "alpha", project: "a" },
    { token: "beta", project: "b" },
    { token: "reader", project: "a", rights: ["read"] },
  ],
});
const API_KEY = { header: "X-API-Key", scheme: "", token: "alpha" };

const bearer = (token: string, scheme = "Bearer"): Record<string, string> => ({ authorization: `${scheme} ${token}` });

const codeWith = async (probe: Probe, headers: Record<string, string>): Promise<number> =>
  (await probe.export(smallRequest(probe.cell.signal), headers)).code;

const projectsOf = ({ inner }: Probe): string[] => inner.contexts.map(({ project }) => project);

/** A configuration whose receiver names an authenticator that is not there. */
const withMissingAuthenticator = (protocol: string): string => `
receivers: { otlp: { protocols: { ${protocol}: { endpoint: "127.0.0.1:0", auth: { authenticator: bearertokenauth } } } } }
exporters: { debug: {} }
stores: { default: { data_dir: "/nowhere" } }
judges: { rules: {} }
service:
  pipelines: { traces: { receivers: [otlp], exporters: [debug] } }
  sessions: { store: default, judges: [rules] }
  api: { endpoint: "127.0.0.1:0" }
`;

export const authAssertions: readonly Assertion[] = [
  {
    id: "R100",
    says: "refuses who sends no credentials, or wrong ones, with 401, UNAUTHENTICATED",
    server: TOKENS,
    notFor: everywhere,
    async run(probe) {
      const wrong = [{}, bearer("gamma"), bearer("alph"), bearer("alpha1"), bearer("alpha", "Basic"), bearer("")];
      for (const headers of wrong) assert.equal(await codeWith(probe, headers), 16);
      assertDelivered(probe, 0);
      if (probe.cell.encoding !== "grpc") assertRefusal(probe, await probe.send({ body: bodyOf(probe) }), 401, 16);
      await assertTakes(probe, bearer("alpha"));
    },
  },
  {
    id: "R101",
    says: "names what it asks for in WWW-Authenticate, and that a token that was sent is invalid",
    server: TOKENS,
    notFor: overHttp,
    async run(probe) {
      const challengeFor = async (headers: Record<string, string>) =>
        (await probe.send({ headers: { ...probe.headers, ...headers } })).headers["www-authenticate"];
      assert.match((await challengeFor({})) ?? "", /^Bearer realm="[^"]+"$/);
      assert.match((await challengeFor(bearer("gamma"))) ?? "", /^Bearer realm="[^"]+", error="invalid_token"$/);
    },
  },
  {
    id: "R102",
    says: "refuses who may not send with 403, PERMISSION_DENIED",
    server: TOKENS,
    notFor: everywhere,
    async run(probe) {
      assert.equal(await codeWith(probe, bearer("reader")), 7);
      assertDelivered(probe, 0);
      if (probe.cell.encoding === "grpc") return;
      const headers = { ...probe.headers, ...bearer("reader") };
      assertRefusal(probe, await probe.send({ headers, body: bodyOf(probe) }), 403, 7);
    },
  },
  {
    id: "R103",
    says: "refuses before anything of the body is read or decompressed",
    server: TOKENS,
    notFor: overHttp,
    async run(probe) {
      const head = requestText(probe, bodyOf(probe), "Content-Encoding: gzip\r\nExpect: 100-continue\r\n");
      const socket = connect(probe.server.port, probe.server.host);
      socket.write(head.subarray(0, -bodyOf(probe).length));
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      assert.match(answer.toString(), /^HTTP\/1\.1 401 /);
    },
  },
  {
    id: "R104",
    says: "tells tokens apart whatever their lengths and beginnings",
    server: TOKENS,
    notFor: onlyOnce("about the tokens"),
    async run(probe) {
      for (const token of ["a", "alph", "alphb", "alpha ", "alphaalpha", "ALPHA", "x".repeat(10_000)])
        assert.equal(await codeWith(probe, bearer(token)), token === "alpha " ? 0 : 16, token.slice(0, 20));
    },
  },
  {
    id: "R105",
    says: "knows several tokens, each with its project",
    server: TOKENS,
    notFor: everywhere,
    async run(probe) {
      await assertTakes(probe, bearer("alpha"));
      await assertTakes(probe, bearer("beta"));
      assert.deepEqual(projectsOf(probe), ["a", "b"]);
    },
  },
  {
    id: "R105",
    says: "takes a header and a scheme of one's choice, the header in any case of letters",
    server: withTokens(API_KEY),
    notFor: everywhere,
    async run(probe) {
      for (const name of ["x-api-key", "X-API-Key", "X-Api-KEY"])
        assert.equal(await codeWith(probe, { [name]: "alpha" }), 0);
      assert.equal(await codeWith(probe, bearer("alpha")), 16);
    },
  },
  {
    id: "R105",
    says: "reads the token file again when it changes",
    notFor: onlyOnce("about the tokens"),
    async run(probe) {
      const folder = mkdtempSync(join(tmpdir(), "turnwise-tokens-"));
      const filename = join(folder, "tokens");
      writeFileSync(filename, "one\n");
      const authenticator = bearerTokens({ filename });
      await authenticator.start?.();
      const receiver = await openReceiver({ http: AUTH, authenticatorOf: () => authenticator });
      const statusWith = async (token: string): Promise<number> =>
        (await send(receiver, { headers: { ...probe.headers, ...bearer(token) } })).status;
      try {
        assert.deepEqual([await statusWith("one"), await statusWith("two")], [200, 401]);
        writeFileSync(filename, "two project-b\n");
        const giveUpAt = Date.now() + 10_000;
        while ((await statusWith("two")) !== 200 && Date.now() < giveUpAt)
          await new Promise((resolve) => setTimeout(resolve, 50));
        assert.deepEqual([await statusWith("one"), await statusWith("two")], [401, 200]);
      } finally {
        await receiver.shutdown();
        await authenticator.shutdown?.();
        rmSync(folder, { recursive: true });
      }
    },
  },
  {
    id: "R106",
    says: "does not mind the case of the scheme",
    server: TOKENS,
    notFor: everywhere,
    async run(probe) {
      for (const scheme of ["bearer", "BEARER"]) assert.equal(await codeWith(probe, bearer("alpha", scheme)), 0);
    },
  },
  {
    id: "R107",
    says: "takes no token from the query",
    server: withTokens(API_KEY),
    notFor: overHttp,
    async run(probe) {
      const path = `/v1/${probe.cell.signal}?x-api-key=alpha&access_token=alpha`;
      assertRefusal(probe, await probe.send({ path, body: bodyOf(probe) }), 401, 16);
    },
  },
  {
    id: "R107",
    says: "takes it from the parameters of auth.request_params, and only from those",
    server: { authenticator: API_KEY, http: { auth: { ...AUTH.auth, request_params: ["x-api-key"] } } },
    notFor: overHttp,
    async run(probe) {
      const sendTo = async (query: string) =>
        probe.send({ path: `/v1/${probe.cell.signal}?${query}`, body: bodyOf(probe) });
      assert.equal((await sendTo("x-api-key=alpha")).status, 200);
      for (const query of ["x-api-key=beta", "x-api-key=alpha&x-api-key=beta", "authorization=alpha", ""])
        assert.equal((await sendTo(query)).status, 401, query);
    },
  },
  {
    id: "R108",
    says: "does not start with an authenticator that is not there",
    notFor: ({ encoding, signal }) =>
      encoding === "http/json" || signal !== "traces" ? "about the configuration of a protocol" : undefined,
    async run({ cell: { encoding } }) {
      const text = withMissingAuthenticator(encoding === "grpc" ? "grpc" : "http");
      await assert.rejects(async () => {
        const { config } = loadConfig({ text, env: {} }, components);
        const parts = { logger: recordingLogger(), telemetry: createTelemetry(), conversationKeys: [] };
        await createService({ config, components, ...parts, surfaces: () => [] }).start();
      }, /authenticator/);
    },
  },
  {
    id: "R108",
    says: "enforces the authenticator wherever one is configured, and nowhere else",
    server: { authenticator: { token: "alpha" }, http: AUTH },
    notFor: everywhere,
    async run(probe) {
      const expected = probe.cell.encoding === "grpc" ? 0 : 16;
      assert.equal(await codeWith(probe, {}), expected);
      assert.deepEqual(await probe.export(smallRequest(probe.cell.signal), bearer("alpha")), ACCEPTED);
    },
  },
];
