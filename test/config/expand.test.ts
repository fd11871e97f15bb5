import { describe, expect, test } from "vitest";
import { environmentLookUp, expandScalar } from "../../src/config/expand.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { components, goodConfig } from "./components.ts";

function expand(scalar: string, env: Record<string, string> = {}) {
  const warnings: string[] = [];
  const failures: string[] = [];
  const expansion = expandScalar(scalar, {
    lookUp: environmentLookUp(env),
    warn: (message) => warnings.push(message),
    fail: (message) => failures.push(message),
  });
  return { ...expansion, warnings, failures };
}

const env = {
  HOST: "example",
  PORT: "4318",
  EMPTY: "",
  OTHER: "HOST",
  DOLLAR: "a$$b${HOST}",
  CHAIN: "at ${env:LINK}",
  LINK: "http://${HOST}",
  OPEN: "a${b",
};

describe("text", () => {
  test.each([
    ["no reference", "no reference"],
    ["$HOST", "$HOST"],
    ["5$", "5$"],
    ["$$", "$"],
    ["$${HOST}", "${HOST}"],
    ["$$${HOST}", "$example"],
    ["${HOST}", "example"],
    ["${env:HOST}", "example"],
    ["http://${env:HOST}:${env:PORT}/", "http://example:4318/"],
    ["${env:MISSING:-default}", "default"],
    ["${env:HOST:-default}", "example"],
    ["${env:MISSING:-a:-b}", "a:-b"],
    ["${env:EMPTY:-default}", ""],
    ["${env:MISSING:-}", ""],
    ["${env:MISSING:-${env:HOST}}", "example"],
    ["${env:MISSING:-${env:GONE:-last}}", "last"],
    ["${env:MISSING:-http://${env:HOST}/x}", "http://example/x"],
    ["${env:${OTHER}}", "example"],
    ["${env:${GONE:-HOST}}", "example"],
    ["${env:MISSING:-{a}}", "{a}"],
    ["x${DOLLAR}", "xa$bexample"],
    ["${CHAIN}", "at http://example"],
    ["x${OPEN}", "xa${b"],
  ])("%s becomes %s", (scalar, value) => {
    expect(expand(scalar, env)).toEqual({ value, warnings: [], failures: [] });
  });
});

describe("a reference alone takes the type of its value, and keeps its text", () => {
  test.each([
    ["4318", 4318],
    ["0123", 123],
    ["1e3", 1000],
    ["0.5", 0.5],
    ["true", true],
    ["null", null],
    ["~", null],
    ["${PORT}", 4318, "4318"],
    ["[a, b]", ["a", "b"]],
    ["[]", []],
  ])("%s", (text, value, written = text) => {
    expect(expand("${env:X}", { PORT: "4318", X: text })).toMatchObject({ value, text: written });
  });

  test.each([
    "t",
    "yes",
    " padded ",
    '"quoted"',
    "a # b",
    "a: b",
    "{a: b}",
    "a\nb: c",
    "[[1]]",
    "[{a: b}]",
    "- a",
    "&x 1",
    "*x",
    "!!int 3",
    "",
  ])("%j stays text", (text) => {
    expect(expand("${env:X}", { X: text })).toEqual({ value: text, warnings: [], failures: [] });
  });
});

describe("what is wrong", () => {
  test("a variable that is not set and has no default is a warning, and nothing", () => {
    const warnings = ["the environment variable MISSING is not set and has no default"];
    expect(expand("${env:MISSING}")).toEqual({ value: null, warnings, failures: [] });
    expect(expand("a${env:MISSING}b")).toEqual({ value: "ab", warnings, failures: [] });
  });

  test.each([
    ["${env:1A}", '"1A" is no name of an environment variable'],
    ["${env:}", '"" is no name of an environment variable'],
    ["${env:${LOOK}}", '"${LOOK}" is no name of an environment variable'],
    ["${${LOOK}:x}", '"${${LOOK}:x}" is not supported, only ${env:NAME} and ${NAME} are'],
    ["${A B}", '"A B" is no name of an environment variable'],
    ["${file:/etc/passwd}", '"${file:/etc/passwd}" is not supported, only ${env:NAME} and ${NAME} are'],
    ["${env:A", '"${" without its "}"; write "$${" for the characters themselves'],
    ["${LOOP}", "needs more than 1000 expansions; does a variable refer to itself?"],
    ["x${LOOP}", "needs more than 1000 expansions; does a variable refer to itself?"],
    ["${FORK}", "needs more than 1000 expansions; does a variable refer to itself?"],
    ["${A:-}".repeat(101), "has more than 100 references"],
  ])("%s is a problem", (scalar, failure) => {
    expect(expand(scalar, { LOOK: "not-a-name", LOOP: "${LOOP}", FORK: "${FORK}${env:FORK}" }).failures).toEqual([
      failure,
    ]);
  });

  test("a hundred references are not too many", () => {
    expect(expand("${A:-x}".repeat(100))).toEqual({ value: "x".repeat(100), warnings: [], failures: [] });
  });
});

describe("ValueHead's names", () => {
  test.each([
    ["TURNWISE_LLM_API_KEY", "TRACE_OBS_LLM_API_KEY"],
    ["TURNWISE_LLM_BASE_URL", "TRACE_OBS_LLM_BASE_URL"],
    ["TURNWISE_LLM_MODEL", "TRACE_OBS_LLM_MODEL"],
    ["TURNWISE_LLM_TEMPERATURE", "TRACE_OBS_JUDGE_TEMPERATURE"],
    ["TURNWISE_ELEVENLABS_API_KEY", "TRACE_OBS_ELEVENLABS_API_KEY"],
    ["TURNWISE_DATABASE_URL", "TRACE_OBS_DATABASE_URL"],
    ["TURNWISE_JWT_SECRET", "TRACE_OBS_JWT_SECRET"],
    ["TURNWISE_ADMIN_EMAILS", "TRACE_OBS_ADMIN_EMAILS"],
    ["TURNWISE_MAX_TRACES_PER_USER", "TRACE_OBS_MAX_TRACES_PER_USER"],
    ["TURNWISE_MAX_TOOL_CALLS_PER_TRACE", "TRACE_OBS_MAX_TOOL_CALLS_PER_TRACE"],
    ["TURNWISE_MAX_TRACE_CHARS", "TRACE_OBS_MAX_TRACE_CHARS"],
  ])("VH-29: %s may be called %s", (name, alias) => {
    expect(environmentLookUp({ [alias]: "theirs" })(name)).toBe("theirs");
    expect(environmentLookUp({ [alias]: "theirs", [name]: "ours" })(name)).toBe("ours");
  });

  test("exist only where ValueHead has the setting", () => {
    expect(environmentLookUp({ TRACE_OBS_PORT: "1" })("TURNWISE_PORT")).toBeUndefined();
  });
});

describe("in a configuration", () => {
  const llm = (settings: string) =>
    goodConfig
      .replace("  rules: {}", `  rules: {}\n  llm: { ${settings} }`)
      .replace("judges: [rules]", "judges: [rules, llm]");
  const llmConfig = (settings: string, environment: Record<string, string>) =>
    loadConfig({ text: llm(settings), env: environment }, components).config.judges.get("llm")?.config;

  test.each(["0123", "true", "null", "1e5", " x # y", "[a]", "a: b\nc: d", "{x: 1}", ""])(
    "a setting of text gets %j as it was written",
    (text) => {
      expect(llmConfig("api_key: '${env:KEY}'", { KEY: text })).toEqual({ api_key: text.trim(), stream: false });
    },
  );

  test("numbers, truth values and lists are read", () => {
    const config = loadConfig(
      {
        text: llm('api_key: x, temperature: "${T}", stream: "${S}"').replace(
          "rules: {}",
          'rules: { disable: "${D}", max_steps: "${N:-7}" }',
        ),
        env: { T: "0.5", S: "true", D: "[loop, tool_error]" },
      },
      components,
    ).config;
    expect(config.judges.get("llm")?.config).toEqual({ api_key: "x", temperature: 0.5, stream: true });
    expect(config.judges.get("rules")?.config).toEqual({ disable: ["loop", "tool_error"], max_steps: 7 });
  });

  test("there are no weak casts", () => {
    expect(() => llmConfig('api_key: x, stream: "${S}"', { S: "yes" })).toThrow(
      "judges::llm::stream: must be true or false, not text; it is made of S (line 14)",
    );
  });

  test("a variable that is not set leaves the default, with a warning", () => {
    const { config, warnings } = loadConfig({ text: llm('api_key: x, stream: "${env:S}"'), env: {} }, components);
    expect(config.judges.get("llm")?.config).toEqual({ api_key: "x", stream: false });
    expect(warnings).toEqual([
      "judges::llm::stream: the environment variable S is not set and has no default (line 14)",
    ]);
  });

  test("keys are not expanded", () => {
    expect(() => llmConfig('"${K}": x', { K: "api_key" })).toThrow('unknown key "${K}"');
  });

  test("a value brings in no keys", () => {
    expect(llmConfig("api_key: '${env:KEY}'", { KEY: "x, temperature: 1" })).toEqual({
      api_key: "x, temperature: 1",
      stream: false,
    });
  });
});
