// Uses the compiled store in a process of its own: `node open-store.mjs <data folder> open|hold|fill`.
import { encodeSpans } from "../../dist/otlp/encode-records.js";
import { sqliteStore } from "../../dist/stores/sqlite.js";

const [dataDir, mode] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const telemetry = { count() {}, gauge() {} };
const project = "default";
const context = { id: "default", logger, telemetry, conversationKeys: ["session.id"] };
const store = sqliteStore.create(sqliteStore.configSchema.parse({ data_dir: dataDir }), context);

try {
  await store.start();
  if (mode === "hold") {
    process.stdout.write("held\n");
    setInterval(() => {}, 1000);
  } else {
    if (mode === "fill") process.stdout.write(JSON.stringify(await fill()));
    await store.shutdown();
  }
} catch (error) {
  process.stdout.write(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
}

/** Small writes that fit and large ones that do not. */
async function fill() {
  const refusals = [];
  for (const [id, size] of [
    ["one", 10],
    ["large", 40_000_000],
    ["larger", 60_000_000],
    ["two", 10],
  ])
    await store.writeSpans(spanNamed(id, size), { project }).catch((error) => refusals.push(error.name));
  const { sessions } = await store.findSessions({ project, limit: 10 });
  const facts = await Promise.all(sessions.map(({ id }) => store.readFacts({ project, id })));
  return { refusals, sessions: sessions.length, spans: facts.flatMap(({ spans }) => spans).length };
}

function spanNamed(id, size) {
  const attributes = new Map([
    ["session.id", id],
    ["text", "x".repeat(size)],
  ]);
  const none = { droppedAttributesCount: 0, schemaUrl: "", attributes: new Map() };
  return encodeSpans([
    {
      traceId: Buffer.from(id.padEnd(16)).toString("hex"),
      spanId: "1".repeat(16),
      traceState: "",
      flags: 0,
      name: "span",
      kind: 1,
      startTimeUnixNano: 1n,
      endTimeUnixNano: 2n,
      status: { code: 0, message: "" },
      attributes,
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      resource: { ...none, entityRefs: [] },
      scope: { ...none, name: "s", version: "" },
    },
  ]);
}
