// Conversations without an id: a turn is a trace of its own with all that was said before, so that its session must find the
// others and join them, whenever the server is killed meanwhile.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeSpans } from "../../dist/otlp/encode-records.js";
import { traceSessionId } from "../../dist/stores/sqlite/session-id.js";

export const MAX_TURNS = 6;

const questionOf = (conversation, turn) => `question ${turn} of conversation ${conversation}`;

const hexOf = (text, length) => createHash("sha256").update(text).digest("hex").slice(0, length);
const traceIdOf = (conversation, turn) => hexOf(`${conversation}/${turn}`, 32);

/** The request with the model call of a turn, from 0; the same whenever it is made. */
export function turnRequest(conversation, turn) {
  const said = (role, content) => ({ role, parts: [{ type: "text", content }] });
  const exchange = (past) => [
    said("user", questionOf(conversation, past)),
    said("assistant", `answer ${past} of conversation ${conversation}`),
  ];
  const messages = Array.from({ length: turn + 1 }, (_, past) => exchange(past)).flat();
  const start = 1_790_000_000_000_000_000n + BigInt(turn) * 10_000_000_000n;
  const none = { droppedAttributesCount: 0, schemaUrl: "" };
  const traceId = traceIdOf(conversation, turn);
  return encodeSpans([
    {
      traceId,
      spanId: traceId.slice(0, 16),
      traceState: "",
      flags: 1,
      name: "chat m",
      kind: 3,
      startTimeUnixNano: start,
      endTimeUnixNano: start + 1_000_000_000n,
      status: { code: 0, message: "" },
      attributes: new Map([
        ["gen_ai.operation.name", "chat"],
        ["gen_ai.request.model", "m"],
        ["gen_ai.input.messages", JSON.stringify(messages.slice(0, -1))],
        ["gen_ai.output.messages", JSON.stringify(messages.slice(-1))],
      ]),
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      resource: { ...none, attributes: new Map([["service.name", "crash"]]), entityRefs: [] },
      scope: { ...none, attributes: new Map(), name: "crash", version: "" },
    },
  ]);
}

/** True when in the end all turns are those of one session, in order, each judged. */
export async function isOneSession(apiUrl, { conversation, turns }, giveUpAt) {
  const expected = JSON.stringify(Array.from({ length: turns }, (_, turn) => questionOf(conversation, turn)));
  const ids = Array.from({ length: turns }, (_, turn) => traceSessionId("default", traceIdOf(conversation, turn)));
  do {
    const sessions = await Promise.all(ids.map((id) => readSession(apiUrl, id)));
    const isOne = new Set(sessions.map(({ id }) => id)).size === 1;
    const [{ status, turns: built = [] }] = sessions;
    const isBuilt = JSON.stringify(built.map(({ user_content }) => user_content)) === expected;
    if (isOne && status === "completed" && isBuilt && built.every(({ judgement }) => judgement !== null)) return true;
    await sleep(100);
  } while (Date.now() < giveUpAt);
  return false;
}

async function readSession(apiUrl, id) {
  return (await fetch(`${apiUrl}/api/v1/sessions/${id}`)).json();
}
