/** A80-A84, A91, A92: what agents can do to the sessions that are built of their spans. */
import { expect } from "vitest";
import { conversationSessionId, traceSessionId } from "../../src/stores/sqlite/session-id.ts";
import { sessionDetailSchema } from "../../src/api/contract.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";
import { field, fixed64Field, requestOf } from "../otlp/wire.ts";
import { PROTOBUF, send } from "../receivers/otlp/receiver.ts";
import { type Attack, type AttackedServer, describeAttacks, statusOf } from "./attack.ts";
import {
  expectConversationJudged,
  expectJudged,
  freshId,
  hex,
  modelCallFields,
  requestOfSpans,
  sendModelCall,
  sendProtobuf,
  textAttribute,
  wireSpan,
} from "./export.ts";

const ACCEPTED = "otelcol_receiver_accepted_spans";
const OK = { status: 200, rejected: 0 };
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const NOON = 1_790_000_000_000_000_000n;

const conversationId = (id: string): Buffer => textAttribute("gen_ai.conversation.id", id);

/** The model calls of a conversation, each in a trace of its own with all the history; `shift` moves its time. */
function callsOf(id: string, turns: number, shift: (turn: number) => bigint = () => 0n): readonly Buffer[] {
  const said = (role: string, turn: number) => ({ role, parts: [{ type: "text", content: `${role} ${turn}` }] });
  return Array.from({ length: turns }, (_, turn) => {
    const history = Array.from({ length: turn }, (_, past) => [said("user", past), said("assistant", past)]).flat();
    const start = NOON + BigInt(turn) * 10n * SECOND + shift(turn);
    return wireSpan(
      freshId(16),
      freshId(8),
      conversationId(id),
      fixed64Field(7, start),
      fixed64Field(8, start + SECOND),
      textAttribute("gen_ai.operation.name", "chat"),
      textAttribute("gen_ai.input.messages", JSON.stringify([...history, said("user", turn)])),
      textAttribute("gen_ai.output.messages", JSON.stringify([said("assistant", turn)])),
    );
  });
}

async function sessionOf(server: AttackedServer, id: string) {
  const answer = await fetch(`${server.apiUrl}/api/v1/sessions/${conversationSessionId("default", id)}`);
  return sessionDetailSchema.parse(await answer.json());
}

/** The questions of a conversation in the order of its turns, as soon as there are so many and all is judged. */
async function questionsOf(server: AttackedServer, id: string, turns: number): Promise<readonly string[]> {
  const questions = async (): Promise<readonly string[]> => {
    const session = await sessionOf(server, id);
    return session.status === "completed" ? session.turns.map(({ user_content }) => user_content) : [];
  };
  await expect.poll(async () => (await questions()).length, { timeout: 50_000, interval: 50 }).toBe(turns);
  return questions();
}

const inOrder = (turns: number): readonly string[] => Array.from({ length: turns }, (_, turn) => `user ${turn}`);

const reshaped = [
  "not JSON",
  "[",
  "null",
  "5",
  "{}",
  "[[]]",
  '[{"role":5}]',
  '[{"role":"user","parts":"x"}]',
  '[{"role":"user","parts":[{"type":"text","content":{"a":[1]}}]}]',
  '[{"role":"user","parts":[{"type":{"a":1}}]},null,"x"]',
  `[{"role":"user","content":${JSON.stringify("x".repeat(5_000_000))}}]`,
  "[".repeat(200_000),
];

const attacks: readonly Attack[] = [
  {
    name: "A80 conversation ids of a megabyte, and ids that only look alike, are conversations of their own",
    counts: ACCEPTED,
    async run(server) {
      const unique = freshId(8);
      const ids = [
        `${unique}${"x".repeat(1_000_000)}`,
        `${unique} a`,
        `${unique} A`,
        `${unique} \u00e9`,
        `${unique} e\u0301`,
        `${unique}'; DROP TABLE sessions; --`,
      ];
      for (const id of ids) await sendModelCall(server, conversationId(id));
      for (const id of ids) await expectConversationJudged(server, id);
      for (const blank of ["", " ", "\t\n"])
        await expectJudged(server, await sendModelCall(server, conversationId(blank)));
    },
  },
  {
    name: "A82 a conversation of a hundred thousand spans becomes a judged session",
    counts: ACCEPTED,
    growthMiB: 700,
    async run(server) {
      const id = freshId(8);
      for (let request = 0; request < 20; request += 1) {
        const traceId = freshId(16);
        const steps = Array.from({ length: 5000 - 1 }, () => wireSpan(traceId, freshId(8), conversationId(id)));
        expect(await sendProtobuf(server, requestOfSpans([...steps, ...callsOf(id, request + 1).slice(-1)]))).toEqual(
          OK,
        );
      }
      expect(await questionsOf(server, id, 20)).toEqual(inOrder(20));
    },
  },
  {
    name: "A82 a conversation that does not go quiet stays open, and is judged when it does",
    counts: ACCEPTED,
    async run(server) {
      const id = freshId(8);
      const sessionId = conversationSessionId("default", id);
      const timer = setInterval(
        () => void sendProtobuf(server, requestOf(wireSpan(freshId(16), freshId(8), conversationId(id)))),
        100,
      );
      try {
        await sendProtobuf(server, requestOfSpans(callsOf(id, 2)));
        await new Promise((resolve) => setTimeout(resolve, 1500));
        expect(await statusOf(server, sessionId)).toBe("open");
      } finally {
        clearInterval(timer);
      }
      expect(await questionsOf(server, id, 2)).toEqual(inOrder(2));
    },
  },
  {
    name: "A83 spans in reverse and in any order become the same turns",
    counts: ACCEPTED,
    async run(server) {
      for (const order of ["reverse", 1, 2] as const) {
        const id = freshId(8);
        const calls = callsOf(id, 8);
        const delivered = order === "reverse" ? calls.toReversed() : shuffled(calls, seededRandom(order));
        for (const call of delivered) expect(await sendProtobuf(server, requestOf(call))).toEqual(OK);
        expect(await questionsOf(server, id, 8)).toEqual(inOrder(8));
      }
    },
  },
  {
    name: "A83 a span that comes after the judgement, and one that is a day old, are judged, too",
    counts: ACCEPTED,
    async run(server) {
      const id = freshId(8);
      const calls = callsOf(id, 3, () => -DAY);
      expect(await sendProtobuf(server, requestOfSpans(calls.slice(0, 2)))).toEqual(OK);
      expect(await questionsOf(server, id, 2)).toEqual(inOrder(2));
      expect(await sendProtobuf(server, requestOfSpans(calls.slice(2)))).toEqual(OK);
      expect(await questionsOf(server, id, 3)).toEqual(inOrder(3));
      expect((await sessionOf(server, id)).turns.map(({ judgement }) => judgement !== null)).toEqual([
        true,
        true,
        true,
      ]);
    },
  },
  {
    name: "A84 messages that are no JSON, of any shape, or of five megabytes end no build",
    counts: ACCEPTED,
    growthMiB: 700,
    async run(server) {
      const keys = [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.tool.definitions",
        "gen_ai.system_instructions",
        "input.value",
        "ai.prompt.messages",
      ];
      const traces: string[] = [];
      for (const text of reshaped) {
        const sent = keys.slice(0, text.length > 1_000_000 ? 1 : keys.length);
        traces.push(await sendModelCall(server, ...sent.map((key) => textAttribute(key, text))));
      }
      for (const traceId of traces)
        await expect
          .poll(() => statusOf(server, traceSessionId("default", traceId)), { timeout: 20_000 })
          .toBe("completed");
    },
  },
  {
    name: "A91 log records without a trace, or of one that is never seen, are taken and end nothing",
    counts: "otelcol_receiver_accepted_log_records",
    async run(server) {
      const event = field(12, "gen_ai.user.message");
      const body = field(5, field(1, "hello"));
      const records = [
        requestOf(Buffer.concat([event, body])),
        requestOf(Buffer.concat([event, body, field(9, hex(freshId(16))), field(10, hex(freshId(8)))])),
        requestOf(Buffer.concat([event, body, field(9, Buffer.alloc(16)), field(10, Buffer.alloc(8))])),
        requestOf(Buffer.concat([event, body, field(10, hex(freshId(8)))])),
        requestOf(Buffer.alloc(0)),
      ];
      for (const record of records)
        expect((await send(server, { path: "/v1/logs", headers: PROTOBUF, body: record })).status).toBe(200);
    },
  },
  {
    name: "A92 clocks that differ, so that children begin before their parents, change no turn",
    counts: ACCEPTED,
    async run(server) {
      for (const skew of [-DAY, -SECOND, DAY]) {
        const traceId = freshId(16);
        const [parent, child] = [freshId(8), freshId(8)];
        const agent = wireSpan(traceId, parent, textAttribute("gen_ai.operation.name", "invoke_agent"));
        const start = NOON + skew;
        const call = wireSpan(
          traceId,
          child,
          field(4, hex(parent)),
          ...modelCallFields(),
          fixed64Field(7, start),
          fixed64Field(8, start + SECOND),
        );
        expect(await sendProtobuf(server, requestOf(agent, call))).toEqual(OK);
        await expectJudged(server, traceId);
        const answer = await fetch(`${server.apiUrl}/api/v1/sessions/${traceSessionId("default", traceId)}`);
        expect(sessionDetailSchema.parse(await answer.json()).turns).toMatchObject([{ user_content: "hello" }]);
      }
    },
  },
];

describeAttacks("sessions", attacks);

/** Sessions stay open for an hour: what is tested is how many there may be. */
const manySessions: readonly Attack[] = [
  {
    name: "A81 fifty thousand open conversations cost a bounded amount of memory",
    counts: ACCEPTED,
    async run(server) {
      for (let request = 0; request < 50; request += 1) {
        const spans = Array.from({ length: 1000 }, () => wireSpan(freshId(16), freshId(8), conversationId(freshId(8))));
        expect(await sendProtobuf(server, requestOfSpans(spans))).toEqual(OK);
      }
      const started = performance.now();
      expect((await fetch(`${server.apiUrl}/api/v1/sessions`)).status).toBe(200);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  },
];

describeAttacks("many sessions", manySessions, { env: { TURNWISE_IDLE_TIMEOUT: "1h" }, sessionsAreJudged: false });
