import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, claim, hello, judge, saveTurnJudgement, startApi } from "./api-server.ts";
import { readEvents, type ServerEvent } from "./event-reader.ts";

const messagesBuilt = { ...built, source: "messages" } as const;

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

async function addJudged(): Promise<string> {
  const { id } = await api.store.createMessageSession(hello);
  await judge(api.store, id, { built: messagesBuilt, turns: turnJudgements, trajectory });
  return id;
}
const read = async (id: string, face: string, lastEventId?: string): Promise<readonly ServerEvent[]> => {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  return (await readEvents(`${api.url}/api/v1/${face}/${id}/stream`, headers)).rest();
};
const turnsOf = (events: readonly ServerEvent[]) => events.map(({ event, data }) => data.turn ?? event);

describe.each(["traces", "sessions"])("a reader of a %s stream who comes again", (face) => {
  const begin = face === "sessions" ? ["session-updated"] : [];

  it("is told what came since", async () => {
    const id = await addJudged();
    const events = await read(id, face);
    expect(turnsOf(events)).toEqual([...begin, 1, 2, "done"]);
    const [first, second] = events.filter(({ event }) => event === "judgement");
    const rest = await read(id, face, first?.id);
    expect(turnsOf(rest)).toEqual([...begin, 2, "done"]);
    expect(rest.at(-2)).toEqual(second);
    expect(turnsOf(await read(id, face, second?.id))).toEqual([...begin, "done"]);
    expect(await read(id, face, events.at(-1)?.id)).toEqual(await read(id, face, second?.id));
  });

  it.each(["", "0", "forged", "9".repeat(500), "../../etc/passwd"])("with the id %j is told everything", async (id) => {
    expect(turnsOf(await read(await addJudged(), face, id))).toEqual([...begin, 1, 2, "done"]);
  });

  it("with the id of another session's event is told everything", async () => {
    const { id } = await api.store.createMessageSession(hello);
    const other = { ...turnJudgements[0], reasoning: "otherwise" };
    await judge(api.store, id, { built: messagesBuilt, turns: [other], trajectory });
    const foreign = (await read(id, face)).find(({ event }) => event === "judgement")?.id;
    expect(turnsOf(await read(await addJudged(), face, foreign))).toEqual([...begin, 1, 2, "done"]);
  });

  it("is told everything when what he had was judged otherwise since", async () => {
    const id = await addJudged();
    const last = (await read(id, face)).at(-1)?.id;
    await api.store.requestJudgement({ project: "default", id });
    const held = await claim(api.store, id);
    await saveTurnJudgement(api.store, held, messagesBuilt, { ...turnJudgements[0], reasoning: "on reflection" });
    await api.store.releaseClaim(held, { status: "completed" });
    expect(turnsOf(await read(id, face, last))).toEqual([...begin, 1, 2, "done"]);
  });
});

describe("an event stream that resumes", () => {
  it("has all judgements so far in each of its events, also those that are not told again", async () => {
    const id = await addJudged();
    const [first] = await read(id, "traces");
    const [second] = await read(id, "traces", first?.id);
    expect(Object.keys(second?.data.judgements ?? {})).toEqual(["1", "2"]);
  });

  it("goes on while the session is judged", async () => {
    const { id } = await api.store.createMessageSession(hello);
    const held = await claim(api.store, id);
    await api.store.saveSession(held, messagesBuilt, []);
    await saveTurnJudgement(api.store, held, messagesBuilt, turnJudgements[0]);
    const before = await readEvents(`${api.url}/api/v1/traces/${id}/stream`);
    const { id: lastEventId } = await before.next();
    before.close();
    const after = await readEvents(`${api.url}/api/v1/traces/${id}/stream`, { "last-event-id": lastEventId ?? "" });
    await saveTurnJudgement(api.store, held, messagesBuilt, turnJudgements[1]);
    expect((await after.next()).data.turn).toBe(2);
    await api.store.releaseClaim(held, { status: "completed" });
    expect((await after.rest()).map(({ event }) => event)).toEqual(["done"]);
  });

  it("writes each event byte for byte as ValueHead's client needs it, behind its id", async () => {
    const id = await addJudged();
    const reader = await readEvents(`${api.url}/api/v1/traces/${id}/stream`);
    await reader.rest();
    const shape =
      /^id: [\w-]{22}\nevent: judgement\ndata: (\{[^\n]*\})\n\nid: [\w-]{22}\nevent: judgement\ndata: (\{[^\n]*\})\n\nid: [\w-]{22}\nevent: done\ndata: (\{[^\n]*\})\n\n$/;
    const [, ...payloads] = shape.exec(reader.text()) ?? [];
    const { json } = await ask(api, `/api/v1/traces/${id}`);
    const [first, second] = [json?.judgements?.["1"], json?.judgements?.["2"]];
    expect(payloads).toEqual([
      JSON.stringify({ session_id: id, turn: 1, judgements: { 1: first } }),
      JSON.stringify({ session_id: id, turn: 2, judgements: { 1: first, 2: second } }),
      JSON.stringify({ session_id: id, status: "completed" }),
    ]);
  });
});
