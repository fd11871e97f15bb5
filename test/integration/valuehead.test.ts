/** What a user of ValueHead does, with its client, on our server: a real one, with its judge. One test for each capability. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createValueHeadClient,
  judgementEvent,
  NotFoundError,
  type JudgementEvent,
  type SessionDetail,
  type ValueHeadClient,
} from "../api/valuehead-client.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let client: ValueHeadClient;
beforeAll(async () => {
  server = await startTestServer({ env: { TURNWISE_IDLE_TIMEOUT: "1h" } });
  // Nobody has registered on this server, and it is reached from this machine only: it takes a client without a key.
  client = createValueHeadClient({ baseUrl: server.apiUrl, apiKey: "" });
});
afterAll(async () => server.stop());

/** Texts that say something; whole numbers; yes or no: whatever they are. */
const words: unknown = expect.stringMatching(/\w/);
const aNumber: unknown = expect.any(Number);
const aBoolean: unknown = expect.any(Boolean);

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const order = [
  { role: "system", content: "You are a shop's agent." },
  user("Where is order A-1?"),
  {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "c1", type: "function", function: { name: "get_order", arguments: '{"order_id":"A-1"}' } }],
  },
  { role: "tool", tool_call_id: "c1", content: '{"order_id":"A-1","status":"shipped"}' },
  assistant("Order A-1 has been shipped."),
  user("Thank you!"),
  assistant("You are welcome."),
];
const judged = async (messages: readonly object[], options = {}): Promise<SessionDetail> => {
  const { session_id } = await client.submit(messages, options);
  return client.wait(session_id, { pollSeconds: 0.05, timeoutSeconds: 20 });
};
async function listen(events: AsyncIterable<JudgementEvent>): Promise<readonly JudgementEvent[]> {
  const heard: JudgementEvent[] = [];
  for await (const event of events) heard.push(judgementEvent.parse(event));
  return heard;
}

describe("a trace that is submitted", () => {
  it("VH-1 is answered at once, before it is judged", async () => {
    const answer = await client.submit(order);
    expect(answer).toEqual({ session_id: words, status: "pending", transcript_preview: null });
  });

  it("VH-5 can be read before it is judged and when it is", async () => {
    const { session_id } = await client.submit(order);
    expect(["pending", "running", "completed"]).toContain((await client.get(session_id)).status);
    const session = await client.wait(session_id, { pollSeconds: 0.05, timeoutSeconds: 20 });
    expect(session).toMatchObject({ id: session_id, status: "completed", total_turns: 2, error: null });
    expect(Date.parse(session.created_at)).toBeGreaterThan(Date.now() - 60_000);
  });

  it("VH-6 is listed, newest first, and counted", async () => {
    const fresh = await startTestServer();
    const own = createValueHeadClient({ baseUrl: fresh.apiUrl, apiKey: "" });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await own.submit([user(`trace ${n}`)], { metadata: { n } })).session_id);
    const { sessions, total, count } = await own.list(2, 0);
    expect([sessions.map(({ id }) => id), total, count]).toEqual([ids.slice(0, 2), 3, 2]);
    expect((await own.list(2, 2)).sessions.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(await own.list(0)).toEqual({ sessions: [], total: 3, count: 0 });
    await fresh.stop();
  });

  it("VH-7 is gone when it is deleted", async () => {
    const { session_id } = await client.submit(order);
    await client.delete(session_id);
    await expect(client.get(session_id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(client.delete(session_id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("VH-9 is streamed turn by turn to its end, and again when it is over", async () => {
    const { session_id } = await client.submit(order);
    const live = await listen(client.stream(session_id));
    expect(live.map(({ turn, judgements }) => [turn, Object.keys(judgements)])).toEqual([
      [1, ["1"]],
      [2, ["1", "2"]],
    ]);
    expect((await client.get(session_id)).status).toBe("completed");
    expect(await listen(client.stream(session_id))).toEqual(live);
  });

  it("VH-13 has a turn for each user message, counted from 1, its judgements keyed by that as a text", async () => {
    const session = await judged([assistant("Hello!"), user("a"), user("b"), assistant("B"), user("c")]);
    expect([session.total_turns, Object.keys(session.judgements)]).toEqual([3, ["1", "2", "3"]]);
    expect(session.judgements).toMatchObject({
      1: { turn: 1, user_content: "a", assistant_content: "" },
      2: { turn: 2, user_content: "b", assistant_content: "B" },
      3: { turn: 3, user_content: "c", assistant_content: "" },
    });
    expect(Object.values(session.judgements).filter(({ score }) => score === -1)).toEqual([]);
  });

  it("VH-14 has a score, reasons, summaries and contents for each turn, and a judgement for each tool call", async () => {
    const { judgements } = await judged(order);
    expect(judgements["1"]).toMatchObject({
      score: 1,
      turn_reasoning: words,
      user_summary: words,
      user_content: "Where is order A-1?",
      assistant_summary: words,
      assistant_content: "Order A-1 has been shipped.",
      tool_calls: [
        {
          score: 1,
          summary: words,
          reasoning: words,
          call_content: '{"name":"get_order","arguments":{"order_id":"A-1"}}',
        },
      ],
    });
  });

  it("VH-15 may have its tool calls in tags", async () => {
    const content = 'Let me look. <tool_call>{"name":"get_order","arguments":{"order_id":"A-1"}}</tool_call>';
    const { judgements } = await judged([
      user("Where is order A-1?"),
      assistant(content),
      { role: "tool", content: '{"status":"shipped"}' },
      assistant("It has been shipped."),
    ]);
    expect(judgements["1"]?.tool_calls).toMatchObject([
      { call_content: '{"name":"get_order","arguments":{"order_id":"A-1"}}' },
    ]);
    expect(judgements["1"]?.assistant_content).toBe("It has been shipped.");
  });

  it("VH-16 has a judgement of the whole, with what failed", async () => {
    const messages = [
      user("Cancel order A-1, and do not forget."),
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", function: { name: "cancel_order", arguments: '{"order_id":"A-1"}' } }],
      },
      { role: "tool", tool_call_id: "c1", content: "Error: order A-1 cannot be cancelled" },
      assistant("I have successfully cancelled order A-1."),
    ];
    const { trajectory } = await judged(messages);
    expect(trajectory).toMatchObject({
      score: -1,
      reasoning: words,
      completed: aBoolean,
      early_termination: aBoolean,
    });
    expect(trajectory?.failures?.[0]).toMatchObject({
      type: words,
      description: words,
      after_turn: 1,
    });
  });

  it("VH-17 is summed up: the trajectory's score counts where there is one, also when it is 0", async () => {
    const good = await judged(order);
    expect(good.summary).toEqual({
      total_turns: 2,
      judged_turns: 2,
      helpful: 1,
      neutral: 1,
      harmful: 0,
      net_score: good.trajectory?.score,
      trajectory_score: good.trajectory?.score,
    });
    const { summary } = await judged([...order, user("And A-2?"), assistant("Which one do you mean?")]);
    expect(summary).toMatchObject({ helpful: 1, harmful: 0 });
    const { sessions } = await client.list(200);
    const scored = sessions.filter(({ summary: listed }) => typeof listed?.trajectory_score === "number");
    expect(scored.map(({ summary: listed }) => listed?.net_score)).toEqual(
      scored.map(({ summary: listed }) => listed?.trajectory_score),
    );
    expect(scored.map(({ summary: listed }) => listed?.net_score)).toContain(0);
  });

  it("VH-19, VH-20 is judged by the instructions and the safety that were asked for, by its stream too", async () => {
    const options = { instructions: "penalise long answers", evaluateSafety: true };
    const { session_id } = await client.submit(order, options);
    const stream = await client.open(order, options);
    for (const id of [session_id, stream.id]) {
      const stored = await server.store.getSession({ project: "default", id });
      expect(stored?.session.judging).toEqual({ instructions: "penalise long answers", evaluateSafety: true });
    }
    await stream.close();
  });

  it("VH-23 gives its metadata back, on its own and in lists", async () => {
    const metadata = { agent: "w", nested: { a: [1, null] }, "dotted.key": true };
    const { session_id } = await client.submit(order, { metadata });
    expect((await client.get(session_id)).metadata).toEqual(metadata);
    expect((await client.list()).sessions.find(({ id }) => id === session_id)?.metadata).toEqual(metadata);
  });

  it("without a turn is completed, with nothing to show", async () => {
    const session = await judged([{ role: "system", content: "Be kind." }]);
    expect(session).toMatchObject({ status: "completed", total_turns: 0, judgements: {}, trajectory: null });
    expect(session.summary).toMatchObject({ judged_turns: 0, net_score: 0, trajectory_score: null });
    expect(await listen(client.stream(session.id))).toEqual([]);
    expect((await client.list(200)).sessions.map(({ id }) => id)).toContain(session.id);
  });

  it("with a tool's answer that nobody asked for is judged all the same", async () => {
    const session = await judged([user("a"), { role: "tool", tool_call_id: "nobody", content: "42" }, assistant("A")]);
    expect(session).toMatchObject({ status: "completed", total_turns: 1 });
    expect(session.judgements["1"]?.tool_calls).toHaveLength(1);
  });
});

describe("VH-10 evaluating", () => {
  it("answers when the session is judged again", async () => {
    const { id } = await judged(order);
    const response = await fetch(`${server.apiUrl}/api/v1/traces/${id}/evaluate`, { method: "POST" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, status: "completed", summary: { judged_turns: 2 } });
  });
});

describe("VH-21 a session that is added to", () => {
  it("has its answered turns judged while it is open, stays open, and is judged as a whole after the close", async () => {
    const session = await client.open([order[0]!]);
    const events = listen(session.stream());
    expect((await session.append(order.slice(1, 4))).status).toBe("open");
    await session.append(order.slice(4, 5));
    const afterFirst = await until(
      async () => session.get(),
      ({ judgements }) => judgements["1"] !== undefined,
    );
    expect(afterFirst).toMatchObject({ status: "open", trajectory: null });
    await session.append([user("Thank you!")]);
    await sleep(500);
    expect(await session.get()).toMatchObject({ status: "open", total_turns: 2, trajectory: null });
    expect(Object.keys((await session.get()).judgements)).toEqual(["1"]);
    await session.append([assistant("You are welcome.")]);
    await until(
      async () => session.get(),
      ({ judgements }) => judgements["2"] !== undefined,
    );
    expect(await session.close()).toEqual({ session_id: session.id, status: "closing" });
    const heard = await events;
    expect(heard.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(await session.get()).toMatchObject({ status: "completed", trajectory: { score: aNumber } });
    const whole = await judged(order);
    expect((await session.get()).judgements["1"]?.score).toBe(whole.judgements["1"]?.score);
    expect((await session.get()).summary).toEqual(whole.summary);
  });

  it("may be closed without a message", async () => {
    const session = await client.open();
    await session.close();
    const detail = await until(
      async () => session.get(),
      ({ status }) => status === "completed",
    );
    expect(detail).toMatchObject({ total_turns: 0, trajectory: null });
  });

  it("ends its stream only after the close", async () => {
    const session = await client.open(order);
    let isOver = false;
    const events = listen(session.stream()).finally(() => (isOver = true));
    await until(
      async () => session.get(),
      ({ judgements }) => judgements["2"] !== undefined,
    );
    await sleep(500);
    expect(isOver).toBe(false);
    await session.close();
    expect(await events).toHaveLength(2);
  });
});

async function until<Value>(read: () => Promise<Value>, isDone: (value: Value) => boolean): Promise<Value> {
  for (const giveUpAt = Date.now() + 20_000; ;) {
    const value = await read();
    if (isDone(value)) return value;
    if (Date.now() > giveUpAt) throw new Error(`it did not get there: ${JSON.stringify(value)}`);
    await sleep(25);
  }
}
