// All benchmarks, one after the other; prints the README's table. `npm run bench` takes about ten minutes and 15 GB of disk.
// Each row is a figure or a ratio of two runs next to each other, and the goal it is held against.
//   node bench/bench.mjs [decode] [turns] [derive] [ingest] [growth] [reads] [large] [api] [evaluate] [instrumentation]    only these
const benchmarks = {
  decode: async () => (await import("./decode.mjs")).run(),
  turns: async () => (await import("./turns.mjs")).run(),
  derive: async () => (await import("./derive.mjs")).run(),
  ingest: async () => (await import("./ingest.mjs")).run(),
  growth: async () => (await import("./ingest.mjs")).runGrowth(),
  reads: async () => (await import("./reads.mjs")).run(),
  large: async () => (await import("./large-body.mjs")).run(),
  api: async () => (await import("./api.mjs")).run(),
  evaluate: async () => (await import("./evaluate.mjs")).run(),
  instrumentation: async () => (await import("./instrumentation.mjs")).run(),
};

const chosen = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : Object.keys(benchmarks);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}`);
  process.exit(2);
}

console.log("| | measured | goal |\n|---|--:|--:|");
for (const name of names) {
  console.error(`running ${name} ...`);
  for (const row of await benchmarks[name]()) console.log(`| ${row.name} | ${shown(row.value)} | ${row.goal ?? ""} |`);
}

function shown(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : value;
}
