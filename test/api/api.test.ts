import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { healthSchema } from "../../src/api/contract.ts";
import { errorSchema } from "../../src/api/error-contract.ts";
import { routes } from "../../src/api/routes.ts";
import { UnavailableError } from "../../src/model/errors.ts";
import { type ApiServer, ask, hello, startApi } from "./api-server.ts";
import { sampleCall } from "./sample-call.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

describe("every answer", () => {
  it.each(["/api/v1/health", "/api/v1/sessions", "/api/v1/nowhere", "/"])(
    "of %s is safe from a browser",
    async (path) => {
      const { headers } = await ask(api, path);
      expect(headers).toMatchObject({
        "content-type": "application/json; charset=utf-8",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers).not.toHaveProperty("x-powered-by");
      expect(headers).not.toHaveProperty("etag");
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    },
  );
});

describe("health", () => {
  it("tells the version, who judges and who is off and why", async () => {
    const { status, json } = await ask(api, "/api/v1/health");
    expect(status).toBe(200);
    expect(healthSchema.parse(json)).toEqual({
      status: "ok",
      version: "9.9.9",
      credentials_required: false,
      damages: 0,
      judges: [
        { name: "rules", version: "rules-1", off: null },
        { name: "llm", version: "llm-1", off: "no API key" },
      ],
    });
  });
});

describe("who may ask", () => {
  it.each([
    "localhost",
    "localhost:8000",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:99",
    "127.8.0.1",
    "[::1]",
    "[::1]:8000",
  ])("answers a request to host %s", async (host) => {
    expect((await ask(api, "/api/v1/health", { headers: { host } })).status).toBe(200);
  });

  it.each([
    "evil.example",
    "localhost.evil.example",
    "localhost:8000.evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "1270.0.0.1",
    "0.0.0.0:8000",
    "[::ffff:7f00:1]",
    "localhost@evil.example",
    "",
  ])("refuses a request to host %j, which a rebound name would send", async (host) => {
    const { status, json } = await ask(api, "/api/v1/health", { headers: { host } });
    expect(status).toBe(421);
    expect(errorSchema.parse(json).code).toBe("wrong_host");
  });

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://127.0.0.1:80@evil.example",
    "file://",
  ])("refuses a change that a page of %s asks for", async (origin) => {
    const { status, json } = await ask(api, "/api/v1/traces", {
      headers: { origin },
      body: { messages: hello.messages },
    });
    expect(status).toBe(403);
    expect(errorSchema.parse(json).code).toBe("wrong_origin");
  });

  it.each(["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:8000"])(
    "takes a change from a page of this machine, %s",
    async (origin) => {
      const { status } = await ask(api, "/api/v1/traces", { headers: { origin }, body: { messages: hello.messages } });
      expect(status).toBe(201);
    },
  );

  it("takes no form, which a page elsewhere could post without asking", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { status, json } = await ask(api, "/api/v1/traces", { headers, body: "messages=1" });
    expect([status, json?.code]).toEqual([415, "unsupported_media_type"]);
  });
});

describe("what is not there", () => {
  it.each([
    ["/", 404],
    ["/api/v1", 404],
    ["/api/v1/sessions/", 404],
    ["/API/v1/sessions", 404],
    ["/api/v1/Sessions", 404],
    ["/api/v1/traces/", 404],
    ["/api/v1/sessions/x/y", 404],
    ["/api/v1/sessions/..%2f..%2fetc%2fpasswd", 404],
    ["/api/v1/sessions/__proto__", 404],
    [`/api/v1/sessions/${"x".repeat(8000)}`, 404],
    ["/api/v1/sessions/%00", 404],
    ["/api/v1/sessions/%zz", 400],
    ["/%zz", 404],
  ])("%s is answered in JSON with %i", async (path, status) => {
    const answer = await ask(api, path);
    expect(answer.status).toBe(status);
    expect(errorSchema.parse(answer.json).detail).not.toMatch(/\n|at .*\.ts|node_modules/);
  });

  const paths = [...new Set(routes.map((route) => route.path))];
  it.each(paths)("%s says which methods it takes", async (path) => {
    const { status, headers, json } = await ask(api, path.replace(":id", "x"), { method: "PATCH" });
    const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    expect([status, json?.code]).toEqual([405, "method_not_allowed"]);
    expect(headers.allow?.split(", ").filter((method) => method !== "HEAD")).toEqual(methods);
  });

  const ofSessions = routes.filter((route) => route.path.includes(":id"));
  it.each(ofSessions.map((route) => [route.method, route.path, route] as const))(
    "%s %s of an unknown session is 404",
    async (_method, _path, route) => {
      const id = "0123456789abcdef0123456789abcdef";
      const answer = await ask(api, ...sampleCall(route, { headers: {}, id }));
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({ detail: "there is no session with this id", code: "not_found" });
    },
  );

  // Those of accounts say first that there are none: test/api/accounts.test.ts.
  const here = routes.filter(({ access }) => access !== "account" && access !== "admin");
  it.each(here.map((route) => [route.method, route.path] as const))(
    "%s %s refuses a query parameter that it does not know",
    async (method, path) => {
      const body = method === "post" ? {} : undefined;
      const answer = await ask(api, `${path.replace(":id", "x")}?surprise=1`, { method, body });
      expect(answer.status).toBe(400);
      expect(answer.json?.code).toBe("invalid_request");
      expect(answer.json?.detail).toContain('"surprise"');
    },
  );

  it("answers HEAD as GET without the body", async () => {
    const { status, text } = await ask(api, "/api/v1/sessions", { method: "HEAD" });
    expect([status, text]).toEqual([200, ""]);
  });
});

describe("a body", () => {
  const post = (body: unknown, headers: Record<string, string> = { "content-type": "application/json" }) =>
    ask(api, "/api/v1/traces", { body, headers });

  it.each(["", "{", '{"messages":', "[1,2", "nonsense", '"text"', "1", "null", "\u0000"])(
    "that is not a JSON object, %j, is refused",
    async (body) => {
      const { status, json } = await post(body);
      expect(status).toBe(400);
      expect(["malformed_json", "invalid_request"]).toContain(errorSchema.parse(json).code);
    },
  );

  it.each([
    ["/api/v1/traces", "16 MiB", 17],
    ["/api/v1/sessions/x/judge", "1 MiB", 2],
  ])("of %s over %s is refused", async (path, limit, size) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ pad: "x".repeat(size * 1024 * 1024) });
    const { status, json } = await ask(api, path, { headers, body });
    expect([status, json?.code]).toEqual([413, "body_too_large"]);
    expect(json?.detail).toContain(`larger than ${limit}`);
  });

  it("that is not compressed as it says is refused", async () => {
    const answer = await post("{}", { "content-type": "application/json", "content-encoding": "gzip" });
    expect([answer.status, answer.json?.code]).toEqual([400, "invalid_request"]);
  });

  it("in another character set or encoding is refused", async () => {
    const charset = await post("{}", { "content-type": "application/json; charset=shift_jis" });
    expect([charset.status, charset.json?.code]).toEqual([415, "unsupported_media_type"]);
    const encoding = await post("{}", { "content-type": "application/json", "content-encoding": "zstd" });
    expect([encoding.status, encoding.json?.code]).toEqual([415, "unsupported_media_type"]);
  });

  it("with an unknown field is refused by its name, and its value is not repeated", async () => {
    const { status, text } = await post(JSON.stringify({ messages: hello.messages, apikey: "vh_secret_value" }));
    expect(status).toBe(400);
    expect(text).toContain('\\"apikey\\"');
    expect(text).not.toContain("vh_secret_value");
  });

  it("is not expected where none is taken", async () => {
    const { status, json } = await ask(api, "/api/v1/sessions/x/close", { body: { now: true } });
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
  });
});

describe("a failure inside", () => {
  const failing = (error: Error) =>
    startApi({
      store: new Proxy(api.store, {
        get: () => async () => {
          throw error;
        },
      }),
    });

  it("is told as nothing but a failure, and is in the log", async () => {
    const broken = await failing(new Error("SELECT secret FROM /home/me/data.db"));
    const { status, json, text } = await ask(broken, "/api/v1/sessions");
    expect([status, json?.code]).toEqual([500, "internal"]);
    expect(text).not.toContain("SELECT");
    const fields = { err: new Error("SELECT secret FROM /home/me/data.db"), method: "GET" };
    expect(broken.log).toEqual([{ level: "error", message: "an API request failed", fields }]);
    await broken.close();
  });

  it("of a busy store asks the caller to come back", async () => {
    const busy = await failing(new UnavailableError("queue full", { retryAfterSeconds: 7 }));
    const { status, headers, json } = await ask(busy, "/api/v1/sessions");
    expect([status, json?.code, headers["retry-after"]]).toEqual([503, "unavailable", "7"]);
    await busy.close();
  });
});
