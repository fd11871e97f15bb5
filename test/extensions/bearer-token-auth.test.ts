import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Authenticator, Caller, RequestHeaders, Right } from "../../src/component/extension.ts";
import { isAuthenticator } from "../../src/component/extension.ts";
import { bearerTokenAuth } from "../../src/extensions/bearer-token-auth.ts";
import { ForbiddenError, StartError, UnauthenticatedError } from "../../src/model/errors.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

/** This one looks nothing up: it says at once who calls, at every door alike. */
interface TokenAuthenticator extends Authenticator {
  authenticate(headers: RequestHeaders, right: Right, door?: { readonly isLocal: boolean }): Caller;
  clientHeaders(project: string): Readonly<Record<string, string>>;
}

/** As otel-config.yaml would make it. */
function authenticatorOf(config: unknown) {
  const logger = recordingLogger();
  const extension = bearerTokenAuth.create(bearerTokenAuth.configSchema.parse(config), {
    id: "bearertokenauth",
    logger,
    telemetry: { count() {}, gauge() {} },
    isReady: () => true,
    ...noNeeds,
  });
  if (!isAuthenticator(extension)) throw new Error("it is an authenticator");
  cleanUp.push(() => extension.shutdown?.());
  return Object.assign(extension as TokenAuthenticator, { logger });
}

const problemsOf = (config: unknown): readonly string[] =>
  bearerTokenAuth.configSchema.safeParse(config).error?.issues.map(({ message }) => message) ?? [];

const refusalOf = (authenticator: TokenAuthenticator, headers: RequestHeaders): UnauthenticatedError => {
  try {
    authenticator.authenticate(headers, "ingest");
  } catch (error) {
    if (error instanceof UnauthenticatedError) return error;
  }
  throw new Error("it was not refused");
};

const secretToken = "s3cret-Token";
const withToken = (authorization: string): RequestHeaders => ({ authorization });

describe("a token in the header", () => {
  test.each(["Bearer s3cret-Token", "bearer s3cret-Token", "BEARER   s3cret-Token", "  Bearer s3cret-Token  "])(
    "R106: is known as %j",
    (authorization) => {
      const caller = authenticatorOf({ token: secretToken }).authenticate({ authorization }, "ingest");
      expect(caller).toEqual({ project: "default" });
    },
  );

  test.each<[string, RequestHeaders, boolean]>([
    ["no header", {}, false],
    ["an empty header", withToken(""), false],
    ["white space", withToken(" \t "), false],
    ["only the scheme", withToken("Bearer"), true],
    ["the scheme and a space", withToken("Bearer "), true],
    ["another scheme", withToken(`Basic ${secretToken}`), true],
    ["no scheme", withToken(secretToken), true],
    ["another token", withToken("Bearer s3cret-Tokem"), true],
    ["another case", withToken("Bearer S3CRET-TOKEN"), true],
    ["the begin of the token", withToken("Bearer s3cret"), true],
    ["more than the token", withToken("Bearer s3cret-Token1"), true],
    ["two tokens", withToken("Bearer s3cret-Token s3cret-Token"), true],
    ["the token between commas", withToken("Bearer s3cret-Token, Bearer s3cret-Token"), true],
    ["a megabyte", withToken(`Bearer ${"x".repeat(1024 * 1024)}`), true],
    ["other letters than ASCII", withToken("Bearer s3crét-Tökén"), true],
    ["a token with a null", withToken("Bearer s3cret-Token\0"), true],
    ["the header twice", { authorization: [`Bearer ${secretToken}`, `Bearer ${secretToken}`] }, true],
    ["a header like any object's", { ["__proto__"]: `Bearer ${secretToken}` }, false],
    ["the token in another header", { "x-api-key": secretToken }, false],
  ])("A120: %s is refused, and not repeated", (_name, headers, hadCredentials) => {
    const error = refusalOf(authenticatorOf({ token: secretToken }), headers);
    expect(error.hadCredentials).toBe(hadCredentials);
    expect(error.challenge).toBe(`Bearer realm="turnwise"${hadCredentials ? ', error="invalid_token"' : ""}`);
    for (const told of [error.message, String(error.cause)]) expect(told).not.toMatch(/s3cr|xxx/i);
  });

  test("says what to send when nothing was sent", () => {
    expect(refusalOf(authenticatorOf({ token: secretToken }), {}).message).toBe(
      'no credentials: send the header "authorization: Bearer TOKEN"',
    );
  });

  test("a header that came as a list of one is read as gRPC gives it", () => {
    const authenticator = authenticatorOf({ token: secretToken });
    expect(authenticator.authenticate({ authorization: [`Bearer ${secretToken}`] }, "read").project).toBe("default");
  });

  test("R105: the scheme and the header can be others, whatever case the header is written in", () => {
    const authenticator = authenticatorOf({ header: "X-API-Key", scheme: "", token: secretToken });
    expect(authenticator.authenticate({ "x-api-key": secretToken }, "ingest").project).toBe("default");
    expect(refusalOf(authenticator, { "x-api-key": `Bearer ${secretToken}` }).hadCredentials).toBe(true);
    expect(refusalOf(authenticator, withToken(`Bearer ${secretToken}`)).hadCredentials).toBe(false);
    const other = authenticatorOf({ scheme: "Token", token: secretToken });
    expect(other.authenticate(withToken(`token ${secretToken}`), "ingest").project).toBe("default");
    expect(refusalOf(other, withToken(`Bearer ${secretToken}`)).message).toContain('"Token TOKEN"');
  });

  test("decides the project", () => {
    const authenticator = authenticatorOf({ tokens: ["a", { token: "b", project: "team-b" }, { token: "c" }] });
    const projectOf = (token: string) => authenticator.authenticate(withToken(`Bearer ${token}`), "read").project;
    expect(["a", "b", "c"].map(projectOf)).toEqual(["default", "team-b", "default"]);
  });

  test("R102: decides what its owner may do", () => {
    const authenticator = authenticatorOf({
      tokens: [
        { token: "a", rights: ["ingest"] },
        { token: "b", rights: ["read", "write"] },
      ],
    });
    const rightsOf = (token: string) =>
      (["ingest", "read", "write"] as const).filter((right) => {
        try {
          return authenticator.authenticate(withToken(`Bearer ${token}`), right).project === "default";
        } catch (error) {
          if (error instanceof ForbiddenError) return false;
          throw error;
        }
      });
    expect(rightsOf("a")).toEqual(["ingest"]);
    expect(rightsOf("b")).toEqual(["read", "write"]);
  });
});

describe("the prefix that Valiqor's SDK demands", () => {
  const authenticator = () =>
    authenticatorOf({
      tokens: [
        { token: "abc", project: "a" },
        { token: "vq_abc", project: "b" },
        { token: "def", project: "c" },
      ],
    });
  test.each([
    ["vq_def", "c"],
    ["vq-def", "c"],
    ["vq_abc", "b"],
    ["vq-abc", "a"],
    ["vq_vq_abc", "b"],
  ])("%s is a token of the project %s", (key, project) => {
    expect(authenticator().authenticate(withToken(`Bearer ${key}`), "read")).toEqual({ project });
  });
  test.each(["vq_", "vqdef", "VQ_def", "vq_wrong", "xvq_def"])("%s is none", (key) => {
    expect(refusalOf(authenticator(), withToken(`Bearer ${key}`)).message).toBe("the token is not known here");
  });
});

describe("what an exporter sends", () => {
  test.each([
    ["b", "Bearer of-b"],
    ["c", "Bearer of-c"],
    ["unknown", "Bearer reader"],
  ])("of the project %s is %s: its own token that may send, else the first", (project, authorization) => {
    const tokens = [
      { token: "reader", project: "b", rights: ["read"] },
      { token: "of-b", project: "b" },
      { token: "of-c", project: "c", rights: ["ingest"] },
    ];
    expect(authenticatorOf({ tokens }).clientHeaders(project)).toEqual({ authorization });
  });

  test.each([
    [{ token: "a" }, { authorization: "Bearer a" }],
    [{ tokens: ["a", "b"] }, { authorization: "Bearer a" }],
    [{ header: "X-Api-Key", scheme: "", token: "a" }, { "x-api-key": "a" }],
  ])("with %j is %j", (config, headers) => {
    const authenticator = authenticatorOf(config);
    expect(authenticator.clientHeaders("default")).toEqual(headers);
    expect(authenticator.authenticate(authenticator.clientHeaders("default"), "ingest").project).toBe("default");
  });
});

describe("the configuration", () => {
  test.each<[unknown, string]>([
    [{}, "give exactly one of token, tokens and filename"],
    [{ token: "a", tokens: ["b"] }, "give exactly one of token, tokens and filename"],
    [{ token: "a", filename: "f" }, "give exactly one of token, tokens and filename"],
    [{ token: "" }, "must be visible ASCII characters without spaces, at least one"],
    [{ token: "a b" }, "must be visible ASCII characters without spaces, at least one"],
    [{ token: "ä" }, "must be visible ASCII characters without spaces, at least one"],
    [{ tokens: [] }, "must name at least one token"],
    [{ tokens: ["a", { token: "a", project: "b" }] }, "names a token twice"],
    [{ tokens: [{ token: "a", project: "a b" }] }, "is not a token, or a map of token, project and rights"],
    [{ tokens: [{ token: "a", rights: ["fly"] }] }, "is not a token, or a map of token, project and rights"],
    [{ token: "a", header: "a b" }, "is not the name of a header"],
    [{ token: "a", scheme: "a b" }, "is not a scheme such as Bearer"],
  ])("%j is refused: %s", (config, message) => {
    expect(problemsOf(config)).toContain(message);
  });

  test("R107: has no way to take a token from the query", () => {
    expect(problemsOf({ token: "a", query: "token" }).join()).toContain("query");
  });
});

describe("a file of tokens", () => {
  function tokenFile(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "turnwise-test-"));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const filename = join(folder, "tokens");
    writeFileSync(filename, text);
    return filename;
  }

  const accepts = (authenticator: TokenAuthenticator, token: string): string | undefined => {
    try {
      return authenticator.authenticate(withToken(`Bearer ${token}`), "ingest").project;
    } catch {
      return undefined;
    }
  };

  test("names one token a line, with its project if it has one", async () => {
    const authenticator = authenticatorOf({ filename: tokenFile("first\n\r\n  second  team-b \r\n") });
    expect(accepts(authenticator, "first")).toBeUndefined();
    await authenticator.start?.();
    expect(["first", "second", "team-b", ""].map((token) => accepts(authenticator, token))).toEqual([
      "default",
      "team-b",
      undefined,
      undefined,
    ]);
    expect(authenticator.clientHeaders("default")).toEqual({ authorization: "Bearer first" });
  });

  test("is read again when it changes, and when another file takes its place", { timeout: 15_000 }, async () => {
    const filename = tokenFile("old");
    const link = `${filename}-link`;
    symlinkSync(filename, link);
    const authenticator = authenticatorOf({ filename: link });
    await authenticator.start?.();
    writeFileSync(filename, "new");
    await expect.poll(() => accepts(authenticator, "new"), { timeout: 5000 }).toBe("default");
    expect(accepts(authenticator, "old")).toBeUndefined();
    unlinkSync(link);
    symlinkSync(tokenFile("newest"), link);
    await expect.poll(() => accepts(authenticator, "newest"), { timeout: 5000 }).toBe("default");
  });

  test(
    "that became useless leaves the tokens as they were, and the log says so once, without them",
    { timeout: 15_000 },
    async () => {
      const filename = tokenFile("good");
      const authenticator = authenticatorOf({ filename });
      await authenticator.start?.();
      writeFileSync(filename, "good\nbad token line\n");
      await expect.poll(() => authenticator.logger.lines.length, { timeout: 5000 }).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(accepts(authenticator, "good")).toBe("default");
      expect(authenticator.logger.lines).toEqual([
        {
          level: "error",
          fields: {
            setting: "extensions::bearertokenauth::filename",
            reason: 'line 2 is not "TOKEN" or "TOKEN PROJECT"',
          },
          message: "the token file cannot be used; the tokens stay as they were",
        },
      ]);
      unlinkSync(filename);
      writeFileSync(filename, "better");
      await expect.poll(() => accepts(authenticator, "better"), { timeout: 5000 }).toBe("default");
    },
  );

  test.each([
    ["", "it holds no token"],
    ["\n \n", "it holds no token"],
    ["a\na\n", "it names a token twice"],
    ["a\nb c d\n", 'line 2 is not "TOKEN" or "TOKEN PROJECT"'],
    ["schlüssel\n", "line 1 is not a token in visible ASCII"],
  ])("with %j keeps the server from starting", async (text, reason) => {
    const starting = authenticatorOf({ filename: tokenFile(text) }).start?.();
    await expect(starting).rejects.toBeInstanceOf(StartError);
    await expect(starting).rejects.toThrow(reason);
  });

  test("that is not there keeps the server from starting", async () => {
    await expect(authenticatorOf({ filename: "/nowhere/tokens" }).start?.()).rejects.toMatchObject({
      code: "token_file_unusable",
      message: "extensions::bearertokenauth::filename: the token file /nowhere/tokens cannot be used: ENOENT",
    });
  });
});
