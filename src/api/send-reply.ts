/** How a route's reply leaves: at once, after a wait, or as a stream of events. */
import type { Request, Response } from "express";
import { ApiError, toErrorBody, toPublicError } from "./api-error.ts";
import { type ServerEvent, toEventData } from "./event-frame.ts";
import { type EventStream, type EventStreamOptions, serveEventStream } from "./event-stream.ts";
import type { Answer, Reply } from "./route.ts";

/** What stays open for long: streams and waits. */
export interface OpenStreams {
  count: number;
  readonly options: EventStreamOptions;
}

export interface OpenContext {
  readonly streams: OpenStreams;
  /** Rejects when the caller's key has been withdrawn. */
  readonly requireAccess: () => Promise<void>;
}

export function sendAnswer(response: Response, answer: Answer): void {
  response.status(answer.status);
  if (answer.status === 204) response.end();
  else if ("page" in answer) response.set(answer.headers).type("html").send(answer.page);
  else response.set(answer.headers ?? {}).json(answer.body);
}

/** A wait takes the place of a stream. When all are taken: what is answered at once, or it rejects with a 503. */
export async function waitForAnswer(
  response: Response,
  { wait, atOnce }: Extract<Reply, { readonly wait: unknown }>,
  { streams, requireAccess }: OpenContext,
): Promise<Answer> {
  if (atOnce !== undefined && !hasPlace(streams)) return atOnce;
  const { stopping } = streams.options;
  const left = new AbortController();
  response.once("close", () => left.abort());
  // Nothing goes over the connection meanwhile; how long it waits is the route's to bound.
  response.setTimeout(0);
  const ended = stopping === undefined ? left.signal : AbortSignal.any([left.signal, stopping]);
  return inPlace(streams, async () => {
    const answer = await wait(ended).catch((error: unknown) => {
      // That nobody waits any more, or that the server ends, is no failure.
      throw error === ended.reason ? stopped() : error;
    });
    await requireAccess();
    return answer;
  });
}

/** Rejects with a 503 when all places are taken. */
export async function serveStream(
  request: Request,
  response: Response,
  write: (events: EventStream) => Promise<void>,
  { streams, requireAccess }: OpenContext,
): Promise<void> {
  if (request.method === "HEAD") {
    response.type("text/event-stream").end();
    return;
  }
  const refusal = async (): Promise<ServerEvent | undefined> => {
    try {
      await requireAccess();
      return undefined;
    } catch (error) {
      return toErrorEvent(error);
    }
  };
  await inPlace(streams, async () =>
    serveEventStream(response, { ...streams.options, refusal }, async (events) => {
      const send: EventStream["send"] = async (event) => {
        await requireAccess();
        await events.send(event);
      };
      try {
        await write({ ...events, send });
      } catch (error) {
        await events.send(toErrorEvent(error));
        throw error;
      }
    }),
  );
}

/** A stream that has begun cannot say by its status that its reader's key counts no more, nor what to do. */
function toErrorEvent(error: unknown): ServerEvent {
  const { detail, code } = toErrorBody(toPublicError(error));
  const remedy = code === "unauthenticated" ? "; open the stream again with a key that counts" : "";
  return { event: "error", data: toEventData({ detail: `${detail}${remedy}`, code }) };
}

const stopped = () => new ApiError(503, "unavailable", "the server ends; ask again", { "retry-after": "1" });

const hasPlace = ({ count, options }: OpenStreams): boolean => count < options.limit;

async function inPlace<Result>(streams: OpenStreams, work: () => Promise<Result>): Promise<Result> {
  if (!hasPlace(streams))
    throw new ApiError(503, "unavailable", "too many event streams and waits are open", { "retry-after": "10" });
  streams.count += 1;
  try {
    return await work();
  } finally {
    streams.count -= 1;
  }
}
