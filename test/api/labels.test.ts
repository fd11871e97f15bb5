/** Labels and judges over the API: what people say of sessions, and what follows of it for the judges. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgesSchema, labelPageSchema, labelSchema, labelsSchema } from "../../src/api/label-contract.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type Person, register, startAccountApi } from "./account-api.ts";
import { type ApiServer, type Ask, ask, hello, judge, startApi } from "./api-server.ts";

let api: ApiServer;
/** A judged session of two turns, each with a tool call. */
let id: string;
beforeAll(async () => {
  api = await startApi({
    evaluators: [
      {
        name: "refunds",
        version: "e1",
        measures: [{ name: "tool_used", of: "session", version: "m1" }],
        off: "no key",
      },
      {
        name: "quality",
        version: "e2",
        measures: [
          { name: "fluency", of: "turn", version: "m2", asks: "rules" },
          { name: "contains", of: "session", version: "m3" },
        ],
      },
    ],
    pausesOf: (project) =>
      project === "default"
        ? [{ judge: "rules", until: new Date("2026-09-01T10:00:00Z"), code: "unauthorized", message: "wrong key" }]
        : [],
  });
  ({ id } = await api.store.createMessageSession(hello));
  await judge(api.store, id, { built, turns: turnJudgements, trajectory });
});
afterAll(async () => api.close());

const path = (session = id): string => `/api/v1/sessions/${session}/labels`;
const put = async (body: object, session = id) => ask(api, path(session), { method: "PUT", body });
const list = async () => labelsSchema.parse(JSON.parse((await ask(api, path())).text)).labels;
const imported = async (labels: unknown, how: Ask = {}) => ask(api, "/api/v1/labels", { body: { labels }, ...how });
const parse = (text: string): unknown => JSON.parse(text);

describe("/api/v1/sessions/{id}/labels", () => {
  it("takes a label of a turn, a tool call, a dimension and the whole, and shows them", async () => {
    expect(await list()).toEqual([]);
    const given = [
      { target: "turn", turn: 1, score: 1, note: "  well done " },
      { target: "turn", turn: 1, dimension: "safety", score: 0 },
      { target: "tool_call", turn: 2, tool_call: 1, score: -1, labeller: "bob" },
      { target: "trajectory", score: -1 },
    ];
    for (const label of given) {
      const { status, text } = await put(label);
      expect([status, labelSchema.parse(parse(text))]).toMatchObject([
        200,
        { ...label, note: label.note?.trim() ?? null },
      ]);
    }
    const labels = await list();
    expect(labels).toMatchObject([
      { turn: 1, tool_call: null, dimension: null, labeller: "local", stale: false, digest: built.turns[0]!.digest },
      { turn: 1, dimension: "safety", note: null },
      { turn: 2, tool_call: 1, labeller: "bob" },
      { target: "trajectory", turn: null, digest: built.digest, session_id: id },
    ]);
  });

  it("keeps one label of a labeller for each target", async () => {
    await put({ target: "turn", turn: 2, score: 1 });
    await put({ target: "turn", turn: 2, score: -1, note: "on second thoughts" });
    await put({ target: "turn", turn: 2, score: 0, labeller: "bob" });
    const ofTurn = (await list()).filter(({ target, turn }) => target === "turn" && turn === 2);
    expect(ofTurn.map(({ labeller, score, note }) => [labeller, score, note])).toEqual([
      ["bob", 0, null],
      ["local", -1, "on second thoughts"],
    ]);
  });

  it("shows a label of what was said before as stale", async () => {
    const digest = "d".repeat(64);
    const { text } = await put({ target: "turn", turn: 1, score: 1, labeller: "eve", digest });
    expect(labelSchema.parse(parse(text))).toMatchObject({ digest, stale: true });
  });

  it("takes a label back", async () => {
    const target = `${path()}?target=turn&turn=1&labeller=eve`;
    expect((await ask(api, target, { method: "DELETE" })).status).toBe(204);
    const { status, json } = await ask(api, target, { method: "DELETE" });
    expect([status, json]).toEqual([404, { detail: "there is no such label of this labeller", code: "not_found" }]);
    expect((await list()).filter(({ labeller }) => labeller === "eve")).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["nothing", {}, "target"],
    ["no score", { target: "trajectory" }, "score"],
    ["half a score", { target: "trajectory", score: 0.5 }, "score"],
    ["a score as text", { target: "trajectory", score: "1" }, "score"],
    ["an unknown target", { target: "session", score: 1 }, "target"],
    ["a turn without its number", { target: "turn", score: 1 }, "turn"],
    ["a trajectory with one", { target: "trajectory", turn: 1, score: 1 }, "turn"],
    ["a turn that counts from 0", { target: "turn", turn: 0, score: 1 }, "turn"],
    ["a turn that is not there", { target: "turn", turn: 3, score: 1 }, "turn"],
    ["a tool call without its number", { target: "tool_call", turn: 1, score: 1 }, "tool_call"],
    ["a turn with a tool call", { target: "turn", turn: 1, tool_call: 1, score: 1 }, "tool_call"],
    ["a tool call that is not there", { target: "tool_call", turn: 1, tool_call: 2, score: 1 }, "tool_call"],
    ["a trajectory's dimension", { target: "trajectory", dimension: "safety", score: 1 }, "dimension"],
    ["an unknown dimension", { target: "turn", turn: 1, dimension: "charm", score: 1 }, "dimension"],
    ["too long a note", { target: "trajectory", score: 1, note: "x".repeat(2001) }, "note"],
    ["an empty name", { target: "trajectory", score: 1, labeller: " " }, "labeller"],
    ["a name that acts on terminals", { target: "trajectory", score: 1, labeller: "a\u001b[2Jb" }, "labeller"],
    ["no digest", { target: "trajectory", score: 1, digest: "abc" }, "digest"],
    ["an unknown field", { target: "trajectory", score: 1, weight: 2 }, "weight"],
  ])("refuses %s, and names the field", async (_, body, field) => {
    const before = await list();
    const { status, json } = await put(body);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
    expect(json?.detail).toContain(`"${field}"`);
    expect(await list()).toEqual(before);
  });

  it.each([
    "?turn=1",
    "?target=turn",
    "?target=turn&turn=0",
    "?target=trajectory&tool_call=1",
    "?target=turn&turn=1&x=1",
  ])("refuses to take back what %s does not name", async (query) => {
    const { status, json } = await ask(api, `${path()}${query}`, { method: "DELETE" });
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
  });

  it.each(["GET", "PUT", "DELETE"])("%s knows no other session", async (method) => {
    const query = method === "DELETE" ? "?target=trajectory" : "";
    const body = method === "PUT" ? { body: { target: "trajectory", score: 1 } } : {};
    const { status, json } = await ask(api, `${path("f".repeat(32))}${query}`, { method, ...body });
    expect([status, json]).toEqual([404, { detail: "there is no session with this id", code: "not_found" }]);
  });
});

describe("/api/v1/labels", () => {
  it("gives out all labels in pages, and takes them in again as they were", async () => {
    const pages = [];
    let cursor: string | null = "0";
    do {
      const { text } = await ask(api, `/api/v1/labels?limit=2&cursor=${cursor}`);
      const page = labelPageSchema.parse(parse(text));
      pages.push(page.labels);
      cursor = page.next_cursor;
    } while (cursor !== null);
    const labels = pages.flat();
    expect([labels.length, pages.length > 1]).toEqual([(await list()).length, true]);
    const lines = labels.map((label) => ({ ...label, stale: undefined }));
    expect(await imported(lines)).toMatchObject({ status: 200, json: { imported: labels.length } });
    expect(labelPageSchema.parse(parse((await ask(api, "/api/v1/labels")).text)).labels).toEqual(labels);
  });

  it("says of each wrong label where it is, and stores none of them", async () => {
    const before = await list();
    const good = { session_id: id, target: "trajectory", score: 1, labeller: "eve" };
    const { status, json } = await imported([
      good,
      { ...good, session_id: "nobody" },
      { ...good, target: "turn", turn: 9 },
    ]);
    expect([status, json]).toEqual([
      400,
      {
        code: "invalid_request",
        detail: '"labels.1.session_id": there is no session with this id; "labels.2.turn": the session has 2 turns',
      },
    ]);
    const wrong = await imported([good, { ...good, score: 7 }, 5]);
    expect([wrong.status, wrong.json?.detail]).toEqual([400, expect.stringMatching(/"labels\.1\.score".*"labels\.2"/)]);
    expect(await list()).toEqual(before);
  });

  it.each<[string, unknown]>([
    ["more than it takes at once", Array.from({ length: 5001 }, () => ({}))],
    ["no list", { session_id: "x" }],
  ])("refuses %s", async (_, labels) => {
    const { status, json } = await imported(labels);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
  });
});

describe("/api/v1/judges", () => {
  const judges = async () => judgesSchema.parse(parse((await ask(api, "/api/v1/judges")).text));

  it("says who judges, who does not and why", async () => {
    expect((await judges()).judges).toMatchObject([
      {
        name: "rules",
        version: "rules-1",
        model: null,
        off: null,
        paused: { code: "unauthorized", message: "wrong key" },
      },
      { name: "llm", version: "llm-1", off: "no API key", paused: null },
    ]);
  });

  it("says which evaluators there are, what they score, who does not and why", async () => {
    expect((await judges()).evaluators).toEqual([
      {
        name: "refunds",
        version: "e1",
        measures: [{ name: "tool_used", of: "session", asks: null }],
        off: "no key",
        paused: null,
      },
      {
        name: "quality",
        version: "e2",
        measures: [
          { name: "fluency", of: "turn", asks: "rules" },
          { name: "contains", of: "session", asks: null },
        ],
        off: null,
        paused: { until: "2026-09-01T10:00:00.000Z", code: "unauthorized", message: "wrong key" },
      },
    ]);
  });

  it("says of each version how far people agree with it, and that a few labels do not calibrate it", async () => {
    const { judges: told, people, calibrated_from: enough } = await judges();
    const [rules] = told;
    expect(enough).toBe(30);
    expect(rules?.calibrated).toEqual({ turn: false, tool_call: false, trajectory: false });
    const [version] = rules?.versions ?? [];
    expect(version).toMatchObject({ version: "1", current: false });
    expect(version?.agreement).toMatchObject([
      // Of turn 2 one says 0 and one -1: no majority. The judge said 1 of turn 1.
      { target: "turn", dimension: null, n: 1, raw: 1, kappa: null, calibrated: false },
      { target: "tool_call", n: 1, raw: 1, harmful: { precision: 1, recall: 1 } },
      { target: "trajectory", n: 1, raw: 1, base_rate: { harmful: 1, neutral: 0, helpful: 0 } },
    ]);
    expect(people).toMatchObject([{ target: "turn", n: 1, raw: 0 }]);
  });

  it("calls the current version calibrated from 30 comparisons of a kind on", async () => {
    const turns = turnJudgements.map((each) => ({ ...each, judge: { name: "rules", version: "rules-1" } }));
    for (let at = 0; at < 29; at += 1) {
      const other = await api.store.createMessageSession(hello);
      await judge(api.store, other.id, { built, turns });
      await put({ target: "turn", turn: 1, score: at === 0 ? -1 : 1 }, other.id);
    }
    const current = async () => (await judges()).judges[0];
    expect((await current())?.calibrated.turn).toBe(false);
    const last = await api.store.createMessageSession(hello);
    await judge(api.store, last.id, { built, turns });
    await put({ target: "turn", turn: 2, score: -1 }, last.id);
    const rules = await current();
    expect(rules?.calibrated).toEqual({ turn: true, tool_call: false, trajectory: false });
    expect(rules?.versions.map(({ version, current }) => [version, current])).toEqual([
      ["rules-1", true],
      ["1", false],
    ]);
    const [agreement] = rules?.versions[0]?.agreement ?? [];
    // The judge: 29 times 1, once -1; people differ once.
    expect(agreement).toMatchObject({ n: 30, calibrated: true, raw: 29 / 30 });
    expect(agreement?.confusion).toEqual([
      [1, 0, 1],
      [0, 0, 0],
      [0, 0, 28],
    ]);
    expect(agreement?.kappa).toBeCloseTo((30 * 29 - (2 * 1 + 28 * 29)) / (900 - (2 * 1 + 28 * 29)), 12);
  });
});

describe("with accounts", () => {
  let server: ApiServer;
  let ann: Person;
  let bob: Person;
  let session: string;
  beforeAll(async () => {
    server = await startAccountApi();
    ann = await register(server, "ann@example.com");
    bob = await register(server, "bob@example.com");
    ({ id: session } = await server.store.createMessageSession({ ...hello, project: ann.project }));
    await judge(server.store, session, { built, turns: turnJudgements, trajectory });
  });
  afterAll(async () => server.close());

  it("a label is the account's, and no other account sees it, imports to it or is measured by it", async () => {
    const body = { target: "trajectory", score: -1 };
    const { text } = await ask(server, path(session), { method: "PUT", headers: ann.byKey, body });
    expect(labelSchema.parse(parse(text))).toMatchObject({ labeller: "ann@example.com", score: -1 });
    const stranger = await ask(server, "/api/v1/labels", {
      headers: bob.byKey,
      body: { labels: [{ session_id: session, ...body }] },
    });
    expect([stranger.status, stranger.json?.detail]).toEqual([
      400,
      '"labels.0.session_id": there is no session with this id',
    ]);
    const seen = await ask(server, "/api/v1/labels", { headers: bob.byKey });
    expect(labelPageSchema.parse(parse(seen.text)).labels).toEqual([]);
    const measured = await ask(server, "/api/v1/judges", { headers: bob.byKey });
    expect(judgesSchema.parse(parse(measured.text)).judges.flatMap(({ versions }) => versions)).toEqual([]);
  });
});
