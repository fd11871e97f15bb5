/** What `turnwise print-config` shows: everything but secrets. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { secret } from "../../src/component/config-schemas.ts";
import type { Components } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { components as readOnly, goodConfig } from "./components.ts";

/** Secrets in every place where a schema may have one. */
const tokens = z.union([secret.min(3), z.strictObject({ token: secret, project: z.string().default("default") })]);
const configSchema = z
  .strictObject({
    url: z.string().optional(),
    plain: z.unknown().optional(),
    secret: secret.optional(),
    nullable: secret.nullable().optional(),
    defaulted: secret.default("none"),
    piped: secret.transform((text) => text.length).optional(),
    preprocessed: z.preprocess((part) => part, z.strictObject({ secret })).optional(),
    headers: z.record(z.string(), secret).optional(),
    list: z.array(z.string()).meta({ secret: true }).optional(),
    tokens: z.array(tokens).optional(),
  })
  .refine(() => true);
const components: Components = {
  ...readOnly,
  extensions: [
    ...readOnly.extensions,
    {
      type: "keeper",
      description: "",
      configSchema,
      create: () => {
        throw new Error("only read here");
      },
    },
  ],
};

/** The part as it is shown. */
function shownOf(part: string, env: Record<string, string> = {}): unknown {
  const text = goodConfig
    .replace("extensions:\n", `extensions:\n  keeper: { ${part} }\n`)
    .replace("[health_check]", "[health_check, keeper]");
  const { shown } = loadConfig({ text, env }, components);
  return z.object({ extensions: z.object({ keeper: z.unknown() }) }).parse(shown).extensions.keeper;
}

const hidden = "[REDACTED]";

describe("what a schema calls a secret", () => {
  test.each<[string, string, unknown]>([
    ["by itself", "secret: hunter2", { secret: hidden }],
    ["that may be nothing", "nullable: hunter2", { nullable: hidden }],
    ["with a default", "defaulted: hunter2", { defaulted: hidden }],
    ["that becomes something else", "piped: hunter2", { piped: hidden }],
    ["behind a preprocessing", "preprocessed: { secret: hunter2 }", { preprocessed: { secret: hidden } }],
    ["under free keys", "headers: { a: hunter2, b: '' }", { headers: { a: hidden, b: "" } }],
    [
      "in one form of several",
      "tokens: [hunter2, { token: hunter3, project: p }]",
      {
        tokens: [hidden, { token: hidden, project: "p" }],
      },
    ],
    ["as a whole list", "list: [hunter2]", { list: hidden }],
    ["as a number from the environment", "secret: '${env:PIN}'", { secret: hidden }],
  ])("%s is not shown", (_, part, shown) => {
    expect(shownOf(part, { PIN: "1234" })).toEqual(shown);
  });

  test("is shown when it is empty, so that one sees that it is missing", () => {
    expect(shownOf('secret: "${env:KEY:-}"')).toEqual({ secret: "" });
  });
});

describe("what came out of the environment", () => {
  test.each([
    "API_KEY",
    "OPENAI_APIKEY",
    "UPSTREAM_TOKEN",
    "DB_PASSWORD",
    "pg_pass",
    "CLIENT_SECRET",
    "SENTRY_DSN",
    "KEY",
    "BASIC_AUTH",
    "AWS_CREDENTIALS",
  ])("of %s is not shown, wherever it went", (name) => {
    const env = { [name]: "hunter2" };
    expect(shownOf(`plain: { a: ["\${env:${name}}"], b: "Bearer \${${name}}" }`, env)).toEqual({
      plain: { a: [hidden], b: hidden },
    });
  });

  test("of a variable that stands for such a one is not shown either", () => {
    expect(shownOf('plain: "${env:${WHICH}}"', { WHICH: "MY_TOKEN", MY_TOKEN: "hunter2" })).toEqual({ plain: hidden });
    expect(shownOf('plain: "${HEADER}"', { HEADER: "x ${MY_TOKEN}", MY_TOKEN: "hunter2" })).toEqual({ plain: hidden });
  });

  test.each(["HOST", "KEYBOARD", "MONKEY_COUNT", "AUTHOR", "COMPASS"])("of %s is shown", (name) => {
    expect(shownOf(`plain: "\${${name}}"`, { [name]: "x" })).toEqual({ plain: "x" });
  });
});

test.each([
  ["postgres://user:hunter2@db:5432/x", "postgres://[REDACTED]@db:5432/x"],
  ["postgres://user:hunter2@hunter2@db:5432/x", "postgres://[REDACTED]@db:5432/x"],
  ["https://hunter2@example.com/", "https://[REDACTED]@example.com/"],
  ["https://example.com/?a=1&api_key=hunter2&b=2", "https://example.com/?a=1&api_key=[REDACTED]&b=2"],
  ["https://example.com/?password=hunter2", "https://example.com/?password=[REDACTED]"],
  ["https://example.com/a@b", "https://example.com/a@b"],
  ["someone@example.com", "someone@example.com"],
])("of the URL %s the credentials are not shown", (url, shown) => {
  expect(shownOf(`url: "${url}"`)).toEqual({ url: shown });
});

test("everything else is shown in the words of those who wrote it, merged and expanded", () => {
  const { shown } = loadConfig(
    {
      text: goodConfig.replace("exporters:\n  store:", "exporters:\n  store: { store: }"),
      settings: ["processors.limiter.limit_mib=${env:MIB:-5}", "stores.default.data_dir=${env:DIR}"],
      env: { DIR: "0123" },
    },
    components,
  );
  expect(shown).toEqual({
    receivers: { otlp: { protocols: { http: { endpoint: "localhost:0" } } } },
    processors: { limiter: { check_interval: "1s", limit_mib: 5 } },
    exporters: { store: { store: undefined } },
    extensions: { health_check: {} },
    stores: { default: { data_dir: "0123" } },
    judges: { rules: {} },
    evaluators: {},
    service: {
      extensions: ["health_check"],
      pipelines: { traces: { receivers: ["otlp"], processors: ["limiter"], exporters: ["store"] } },
      sessions: { store: "default", judges: ["rules"] },
    },
  });
});
