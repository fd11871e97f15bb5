/** Where a configuration is written: the files, variables and settings that a command was given. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeOf } from "../model/errors.ts";

export interface ConfigSource {
  /**
   * As given to `--config`, later ones win: a path, `file:PATH`, `env:NAME` (the variable's value is YAML) or `yaml:TEXT`.
   * Without any, and without `text`: ./otel-config.yaml if there is one, else the one that comes with this package.
   */
  readonly locations?: readonly string[];
  /** As given to `--set`, after all locations: `processors.memory_limiter.check_interval=2s`. */
  readonly settings?: readonly string[];
  /** The YAML itself, in place of the locations. */
  readonly text?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One source, read. `name` says in messages which one it is; it never holds what was given as a value. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
  /** Given in one line on the command line. */
  readonly isSetting: boolean;
}

export type ReadSource = SourceText | { readonly failure: string };

/** The configuration that comes with this package. */
export const packagedConfigPath = fileURLToPath(new URL("../../otel-config.yaml", import.meta.url));

/** Every source in the order in which they are merged. */
export function readSources({ locations = [], settings = [], text, env }: ConfigSource): readonly ReadSource[] {
  const given = locations.length === 0 ? [defaultPath()] : locations;
  const texts = text === undefined ? given.map((location, at) => readLocation(location, at, env)) : [inline(text, 0)];
  return [...texts, ...settings.map(settingToYaml)];
}

function defaultPath(): string {
  return existsSync("otel-config.yaml") ? "otel-config.yaml" : packagedConfigPath;
}

/** Two characters at least, so that a Windows drive is none. Source: collector `confmap/resolver.go`. */
const schemePattern = /^([a-zA-Z][a-zA-Z0-9+.-]+):(.*)$/s;

function readLocation(location: string, at: number, env: ConfigSource["env"]): ReadSource {
  const [, scheme = "file", rest = location] = schemePattern.exec(location) ?? [];
  switch (scheme) {
    case "file":
      return readFile(rest);
    case "env":
      return readVariable(rest, env);
    case "yaml":
      return inline(rest, at);
    default:
      return { failure: `--config ${scheme}: is not supported, only a path, file:, env: and yaml: are` };
  }
}

const inline = (text: string, at: number): SourceText => ({ name: `--config ${at + 1}`, text, isSetting: false });

function readVariable(name: string, env: ConfigSource["env"]): ReadSource {
  const text = env[name];
  return text === undefined
    ? { failure: `--config env:${name}: the environment variable is not set` }
    : { name: `env:${name}`, text, isSetting: false };
}

const unreadable = new Map([
  ["ENOENT", "there is no such file"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "this user may not read it"],
]);

function readFile(path: string): ReadSource {
  try {
    return { name: path, text: readFileSync(path, "utf8"), isSetting: false };
  } catch (error) {
    const code = codeOf(error);
    const reason = (code === undefined ? undefined : unreadable.get(code)) ?? String(error);
    return { failure: `cannot read ${path}: ${reason}` };
  }
}

/** `a.b.c=value` is the YAML `a::b::c: value`. Source: collector `otelcol/flags.go`. */
function settingToYaml(setting: string): ReadSource {
  const equals = setting.indexOf("=");
  if (equals < 1)
    return { failure: '--set: must be a path and a value, as in "processors.memory_limiter.check_interval=2s"' };
  const path = setting.slice(0, equals).trim();
  const text = `${path.replaceAll(".", "::")}: ${setting.slice(equals + 1).trim()}`;
  return { name: `--set ${path}`, text, isSetting: true };
}
