/**
 * ValueHead's client, as strict and as odd as the Python one was observed to be (valuehead-sdk 0.1.0 with httpx 0.28.1 and
 * pydantic 2.13.5): which statuses it takes, what its models refuse, how it reads event streams, how it polls. Source: the
 * reference on the four seeds, 1.3 to 1.5.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** pydantic's `int`: 1.0, "1" and true are 1; 0.5 and null are refused. */
const wholeNumber = z.union([
  z.number().refine(Number.isInteger),
  z.boolean().transform(Number),
  z
    .string()
    .regex(/^\s*[+-]?\d+(?:\.0+)?\s*$/)
    .transform(Number),
]);
const text = z.string();
/** May be absent, may not be null. */
const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional();

const scoreSummary = z.object({
  total_turns: maybe(wholeNumber),
  judged_turns: maybe(wholeNumber),
  helpful: maybe(wholeNumber),
  neutral: maybe(wholeNumber),
  harmful: maybe(wholeNumber),
  net_score: maybe(wholeNumber),
  trajectory_score: maybe(wholeNumber.nullable()),
});

const toolCallJudgement = z.object({
  score: maybe(wholeNumber),
  summary: maybe(text),
  reasoning: maybe(text),
  call_content: maybe(text),
});

export const turnJudgement = z.object({
  turn: wholeNumber,
  score: maybe(wholeNumber),
  turn_reasoning: maybe(text),
  user_summary: maybe(text),
  user_content: maybe(text),
  assistant_summary: maybe(text),
  assistant_content: maybe(text),
  tool_calls: maybe(z.array(toolCallJudgement)),
});

const trajectoryJudgement = z.object({
  score: maybe(wholeNumber),
  reasoning: maybe(text),
  completed: maybe(z.boolean()),
  early_termination: maybe(z.boolean()),
  failures: maybe(z.array(z.object({ type: maybe(text), description: maybe(text), after_turn: maybe(wholeNumber) }))),
});

const listItem = z.object({
  id: text,
  status: text,
  created_at: text,
  total_turns: wholeNumber,
  summary: maybe(scoreSummary),
  metadata: maybe(z.looseObject({})),
});

export const submitResult = z.object({
  session_id: text,
  status: text,
  transcript_preview: maybe(text.nullable()),
});

export const sessionDetail = listItem.extend({
  judgements: z.record(text, turnJudgement).default({}),
  trajectory: maybe(trajectoryJudgement.nullable()),
  error: maybe(text.nullable()),
});

export const sessionList = z.object({
  sessions: z.array(listItem).default([]),
  total: wholeNumber.default(0),
  count: wholeNumber.default(0),
});

/** As the events must be for their judgements to be of use. */
export const judgementEvent = z.object({
  session_id: text,
  turn: wholeNumber,
  judgements: z.record(text, turnJudgement),
});

export type SubmitResult = z.infer<typeof submitResult>;
export type SessionDetail = z.infer<typeof sessionDetail>;
export type SessionList = z.infer<typeof sessionList>;

export interface JudgementEvent {
  readonly session_id: string;
  readonly turn: number;
  readonly judgements: Readonly<Record<string, unknown>>;
}

export class ValueHeadError extends Error {
  readonly statusCode: number | undefined;
  constructor(message: string, statusCode?: number) {
    super(message);
    this.statusCode = statusCode;
  }
}
export class AuthenticationError extends ValueHeadError {}
export class NotFoundError extends ValueHeadError {}
export class EvaluationTimeoutError extends ValueHeadError {}
/** No ValueHeadError. */
export class StreamingError extends Error {
  readonly statusCode: number | undefined;
  constructor(message: string, statusCode?: number) {
    super(message);
    this.statusCode = statusCode;
  }
}

interface SubmitOptions {
  readonly metadata?: object;
  readonly instructions?: string;
  readonly evaluateSafety?: boolean;
}

/** In seconds. */
export interface Clock {
  now(): number;
  sleep(seconds: number): Promise<void>;
}
const realClock: Clock = { now: () => performance.now() / 1000, sleep: async (seconds) => sleep(seconds * 1000) };

export interface WaitOptions {
  readonly pollSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly clock?: Clock;
}

export type ValueHeadClient = ReturnType<typeof createValueHeadClient>;

export function createValueHeadClient({ baseUrl, apiKey }: { readonly baseUrl: string; readonly apiKey: string }) {
  /** Redirects are not followed; their body is read as a success. */
  const send = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${baseUrl.replace(/\/+$/, "")}/api/v1${path}`, {
      method,
      redirect: "manual",
      headers: { "x-api-key": apiKey, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function request(method: string, path: string, body?: object): Promise<unknown> {
    const response = await send(method, path, body);
    if (response.status === 204) return {};
    const answer = await response.text();
    if (response.status === 401 || response.status === 403)
      throw new AuthenticationError(`Authentication failed: ${answer}`, response.status);
    if (response.status === 404) throw new NotFoundError(`Resource not found: ${path}`, response.status);
    if (response.status >= 400) throw new ValueHeadError(`API error ${response.status}: ${answer}`, response.status);
    return JSON.parse(answer) as unknown;
  }

  async function exactly(status: number, method: string, path: string, body?: object): Promise<unknown> {
    const response = await send(method, path, body);
    const answer = await response.text();
    if (response.status !== status) throw new StreamingError(`failed (${response.status}): ${answer}`, response.status);
    return JSON.parse(answer) as unknown;
  }

  const client = {
    /** What is empty is not sent. */
    async submit(
      messages: readonly object[],
      { metadata = {}, instructions = "", evaluateSafety }: SubmitOptions = {},
    ) {
      const body = {
        messages,
        ...(Object.keys(metadata).length > 0 && { metadata }),
        ...(instructions !== "" && { instructions }),
        ...(evaluateSafety === true && { evaluate_safety: true }),
      };
      return submitResult.parse(await request("POST", "/traces", body));
    },

    get: async (id: string) => sessionDetail.parse(await request("GET", `/traces/${id}`)),

    list: async (limit = 50, offset = 0) =>
      sessionList.parse(await request("GET", `/traces?limit=${limit}&offset=${offset}`)),

    delete: async (id: string): Promise<void> => void (await request("DELETE", `/traces/${id}`)),

    /** Asks first, then sleeps; does not ask again after the last sleep. A failed session is an answer. */
    async wait(id: string, options: WaitOptions = {}): Promise<SessionDetail> {
      const { pollSeconds = 1, timeoutSeconds = 300, clock = realClock } = options;
      const deadline = clock.now() + timeoutSeconds;
      while (clock.now() < deadline) {
        const session = await client.get(id);
        if (session.status === "completed" || session.status === "failed") return session;
        await clock.sleep(pollSeconds);
      }
      throw new EvaluationTimeoutError(`Session ${id} did not complete within ${timeoutSeconds}s`);
    },

    /** All four fields are always sent; anything but 201 is an error, 200 too. */
    async open(
      initialMessages: readonly object[] = [],
      { metadata = {}, instructions = "", evaluateSafety = false }: SubmitOptions = {},
    ) {
      const opened = z.object({ session_id: text }).parse(
        await exactly(201, "POST", "/traces/streaming", {
          initial_messages: initialMessages,
          metadata,
          instructions,
          evaluate_safety: evaluateSafety,
        }),
      );
      return sessionOf(opened.session_id);
    },

    stream: (id: string) => readStream(id),
  };

  function sessionOf(id: string) {
    let isClosed = false;
    return {
      id,
      async append(messages: readonly object[]): Promise<SubmitResult> {
        if (isClosed) throw new StreamingError("Cannot append to a closed session");
        return submitResult.parse(await exactly(200, "POST", `/traces/${id}/messages`, { messages }));
      },
      /** A second time nothing is sent. The request has neither body nor content type. */
      async close(): Promise<SubmitResult> {
        if (isClosed) return { session_id: id, status: "closing" };
        isClosed = true;
        return submitResult.parse(await exactly(200, "POST", `/traces/${id}/close`));
      },
      get: async () => sessionDetail.parse(await exactly(200, "GET", `/traces/${id}`)),
      stream: () => readStream(id),
    };
  }

  async function* readStream(id: string): AsyncGenerator<JudgementEvent, void> {
    const response = await send("GET", `/traces/${id}/stream`);
    if (response.status !== 200)
      throw new StreamingError(`Stream failed (${response.status}): ${await response.text()}`, response.status);
    if (response.body !== null) yield* readJudgementEvents(linesOf(response.body));
  }

  return client;
}

/** Line ends are those of Python's `splitlines`. */
// oxlint-disable-next-line no-control-regex -- they are among them
const lineEnd = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/;

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(lineEnd);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/**
 * Line by line: an event's name holds until a data line that parses; so blank lines end nothing, and a second data line
 * belongs to no event. Ends at `done` and `error`, but only with data that parses.
 */
export async function* readJudgementEvents(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<JudgementEvent> {
  let name: string | undefined;
  for await (const line of lines) {
    if (line.startsWith("event:")) name = line.slice("event:".length).trim();
    const raw = line.startsWith("data:") ? line.slice("data:".length).trim() : "";
    const payload = raw === "" ? undefined : parse(raw);
    if (payload === undefined) continue;
    if (name === "judgement") yield toJudgementEvent(payload);
    else if (name === "done" || name === "error") return;
    name = undefined;
  }
}

/** JSON has no undefined: that it is not JSON. */
function parse(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

/** A bare judgement has a turn, and no judgements. A list, or a turn of null, is an exception. */
const toJudgementEvent = (payload: unknown): JudgementEvent =>
  z
    .object({
      session_id: text.default(""),
      turn: wholeNumber.default(0),
      judgements: z.record(text, z.unknown()).default({}),
    })
    .parse(payload);
