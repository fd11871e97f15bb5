/** What a reconstruction got wrong, as sentences. Compares as the capture scoring tool does; tokens do not count. */
import type { BuiltSession, JsonValue, ToolCall, Turn } from "../../src/model/session.ts";
import { canonicalJson } from "../../src/session/canonical-json.ts";
import type { ExpectedCapture, ExpectedConversation, ExpectedToolCall, ExpectedTurn } from "./captures.ts";

export function problemsOf(expected: ExpectedCapture, sessions: readonly BuiltSession[]): readonly string[] {
  const left = [...sessions].sort((a, b) => b.turns.length - a.turns.length);
  const problems = [];
  if (sessions.length !== expected.conversations.length) {
    problems.push(`${sessions.length} sessions, not ${expected.conversations.length}`);
  }
  for (const conversation of expected.conversations) {
    const session = takeSession(left, conversation);
    const idsAreThere = expected.telemetry?.conversationIdInSpans === true;
    if (idsAreThere && session?.conversationId !== conversation.conversationId) {
      problems.push(`conversation id ${session?.conversationId}, not ${conversation.conversationId}`);
    }
    problems.push(...problemsOfTurns(conversation, session?.turns ?? []));
  }
  return problems;
}

/** By id, else by the first user text and the number of turns, else by the first user text, else the longest. */
function takeSession(left: BuiltSession[], { conversationId, turns }: ExpectedConversation): BuiltSession | undefined {
  const first = turns[0]?.user;
  const rules: readonly ((session: BuiltSession) => boolean)[] = [
    (session) => conversationId !== null && session.conversationId === conversationId,
    (session) =>
      session.turns.length === turns.length && session.turns.some(({ userContent }) => userContent === first),
    (session) => session.turns[0]?.userContent === first,
    () => true,
  ];
  const at = rules.map((rule) => left.findIndex(rule)).find((index) => index >= 0);
  return at === undefined ? undefined : left.splice(at, 1)[0];
}

function problemsOfTurns(expected: ExpectedConversation, turns: readonly Turn[]): readonly string[] {
  const count = turns.length === expected.turns.length ? [] : [`${turns.length} turns, not ${expected.turns.length}`];
  return [
    ...count,
    ...expected.turns.flatMap((want, at) => problemsOfTurn(want, turns[at]).map((text) => `turn ${at + 1}: ${text}`)),
  ];
}

function problemsOfTurn(want: ExpectedTurn, got: Turn | undefined): readonly string[] {
  if (got === undefined) return ["is missing"];
  const problems = [];
  if (got.userContent !== want.user) problems.push(`user ${show(got.userContent)}`);
  if ((got.assistantContent ?? null) !== (want.assistant ?? null)) problems.push(`reply ${show(got.assistantContent)}`);
  if (got.aborted !== (want.aborted ?? false)) problems.push(`aborted ${got.aborted}`);
  const hasFailed = want.error !== undefined && want.aborted !== true;
  if (want.aborted !== true && (got.error !== undefined) !== hasFailed) problems.push(`error ${show(got.error)}`);
  return [
    ...problems,
    ...problemsOfCalls(
      want.toolCalls,
      got.steps.filter((step) => step.type === "tool_call"),
    ),
  ];
}

function problemsOfCalls(wanted: readonly ExpectedToolCall[], got: readonly ToolCall[]): readonly string[] {
  const pool = [...got];
  const problems = [];
  let before = -1;
  for (const want of wanted) {
    const call = pool.find(({ name, arguments: args }) => name === want.name && isSame(args, want.arguments));
    if (call === undefined) {
      problems.push(`no call ${want.name}${show(want.arguments)}`);
      continue;
    }
    pool.splice(pool.indexOf(call), 1);
    if (got.indexOf(call) < before) problems.push(`${want.name} is out of order`);
    before = got.indexOf(call);
    if (!hasOutcome(call, want)) problems.push(`${want.name} gave ${show(call.result)}, error ${show(call.error)}`);
  }
  return [...problems, ...pool.map(({ name, arguments: args }) => `extra call ${name}${show(args)}`)];
}

function hasOutcome(call: ToolCall, want: ExpectedToolCall): boolean {
  if (want.error !== null) return call.error?.includes(want.error.slice(0, 20)) === true && call.result === undefined;
  return call.error === undefined && isSame(call.result ?? null, want.result);
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(unwrap(a)) === canonicalJson(unwrap(b));
}

function unwrap(value: JsonValue): JsonValue {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? "undefined" : JSON.stringify(value).slice(0, 80);
}
