/** Reads Prometheus' text format 0.0.4 strictly: what it does not allow throws. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  readonly samples: readonly Sample[];
  /** By the metric's name. */
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  /** The sum of all samples of that name that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"/y;
const unescaped: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

export function parsePrometheus(text: string): Metrics {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, kind, about = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (kind === undefined) samples.push(parseSample(line));
    else {
      const noted = kind === "HELP" ? helps : types;
      if (noted.has(about) || samples.some(({ name }) => name === about)) throw new Error(`too late or twice: ${line}`);
      noted.set(about, rest);
    }
  }
  const keys = samples.map(({ name, labels }) =>
    JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b))]),
  );
  if (new Set(keys).size < keys.length) throw new Error("a series is there twice");
  const isOf = ({ labels }: Sample, wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).every(([name, value]) => labels[name] === value);
  return {
    samples,
    types,
    helps,
    sum: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name && isOf(sample, labels))
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function parseSample(line: string): Sample {
  const [, name = "", , list = "", text = ""] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const value = Number(text);
  if (name === "" || (Number.isNaN(value) && text !== "NaN")) throw new Error(`not a sample: ${line}`);
  return { name, labels: parseLabels(list), value };
}

function parseLabels(list: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < list.length; at += 1) {
    label.lastIndex = at;
    const [all = "", name = "", value = ""] = label.exec(list) ?? [];
    at += all.length;
    if (all === "" || name in labels || (at < list.length && list[at] !== ",")) throw new Error(`not labels: ${list}`);
    labels[name] = value.replace(/\\[\\"n]/g, (escape) => unescaped[escape] ?? escape);
  }
  return labels;
}
