/** A session's events, across broken connections. */
import { AuthenticationError, ConnectionError, NotFoundError, TurnwiseError } from "./errors.ts";
import { readEvents, type ServerEvent } from "./event-stream.ts";
import { pause } from "./pause.ts";
import type { RequestOptions, Transport } from "./transport.ts";

/** So often in a row a connection may break before anything came. */
const MAX_BREAKS = 5;
const PAUSE_MS = 500;

/**
 * The events up to and including `done`. A connection that breaks is opened again where it broke. Throws a TurnwiseError when
 * the server says `error`, or cannot be reached again.
 */
export async function* followEvents(
  transport: Transport,
  path: string,
  request: RequestOptions = {},
): AsyncGenerator<ServerEvent, void> {
  let lastId = "";
  for (let breaks = 0; ; breaks++) {
    if (breaks > 0) await pause(PAUSE_MS * breaks, request.signal);
    for await (const event of connect(transport, path, lastId, request)) {
      breaks = 0;
      lastId = event.id;
      if (event.event === "error") throw failureOf(event);
      yield event;
      if (event.event === "done") return;
    }
    if (breaks >= MAX_BREAKS)
      throw new ConnectionError("the event stream ends before the session is judged", { code: "stream_broken" });
  }
}

/** What comes over one connection. That it breaks is no error here; that it cannot be opened is. */
async function* connect(
  transport: Transport,
  path: string,
  lastId: string,
  request: RequestOptions,
): AsyncGenerator<ServerEvent, void> {
  const headers = { accept: "text/event-stream", ...(lastId === "" ? {} : { "last-event-id": lastId }) };
  const { body } = await transport.open({ method: "GET", path, headers }, request);
  if (body === null) return;
  try {
    yield* readEvents(body);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that broke
  }
}

/** As the server would have said it by its status, had the stream not begun. */
const classes = new Map<string, typeof TurnwiseError>([
  ["unauthenticated", AuthenticationError],
  ["forbidden", AuthenticationError],
  ["account_suspended", AuthenticationError],
  ["not_found", NotFoundError],
]);

function failureOf({ data }: ServerEvent): TurnwiseError {
  const body = parseEvent<{ detail?: unknown; code?: unknown }>(data);
  const detail = typeof body.detail === "string" ? body.detail : "the server ended the event stream";
  const code = typeof body.code === "string" ? body.code : "stream_failed";
  const ErrorClass = classes.get(code) ?? TurnwiseError;
  return new ErrorClass(detail, { code });
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what is sent is as the server's schemas say
export function parseEvent<T>(data: string): T {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types are generated from the schemas of the server
    return JSON.parse(data) as T;
  } catch (cause) {
    throw new TurnwiseError("an event's data is not JSON", { code: "answer_unexpected", cause });
  }
}
