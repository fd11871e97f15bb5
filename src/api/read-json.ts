/** Reads JSON bodies, so that neither one of them nor many at once take all the memory there is, nor slow ones all the places. */
import type { IncomingMessage } from "node:http";
import express, { type Request, type RequestHandler } from "express";
import type { BodyPace } from "../component/body-pace.ts";
import { ApiError } from "./api-error.ts";
import { countValues } from "./count-values.ts";
import { drain } from "./drain.ts";
import type { Turnstile, TurnstileOptions } from "./turnstile.ts";

const MIB = 1024 * 1024;
/** What bodies without messages may have, and what messages may have. */
export const usualBytes = 1 * MIB;
export const messageBytes = 16 * MIB;
/** Up to here a body takes no more than its connection does. */
const tinyBytes = 16 * 1024;
/** What is larger than this is large. */
const smallBytes = 256 * 1024;
/** 10,000 messages with calls have a third of it. */
const mostValues = 500_000;
/** Who sends slower than this holds a place that others wait for, in milliseconds. */
const longestReadMs = 60_000;

/** For large bodies: each takes up to some 70 MiB until it is answered. Who waits has not been read yet. */
export const largeBodyPlaces: TurnstileOptions = { places: 8, waiting: 100 };
/** For small ones, which take a place for each of their bytes: some five times that until they are answered. */
export const smallBodyPlaces: TurnstileOptions = { places: 16 * MIB, waiting: 1000 };

export interface JsonReading {
  readonly enterSmall: Turnstile;
  readonly enterLarge: Turnstile;
  readonly pace: BodyPace;
  /** What gives the places of bodies up before they are answered. */
  readonly held: WeakMap<IncomingMessage, () => void>;
  /** For a body that has its place, in milliseconds: a minute unless it is said. */
  readonly longestMs?: number;
}

/** A body that is not declared as JSON is refused: a cross-origin form cannot declare it. */
const requireJson: RequestHandler = (request, _response, next) => {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (hasBody && request.is("application/json") === false) {
    throw new ApiError(415, "unsupported_media_type", "send the body with content-type: application/json");
  }
  next();
};

const parserOf = (limit: number): RequestHandler =>
  express.json({
    limit,
    type: "application/json",
    verify(_request, _response, json) {
      if (countValues(json, mostValues) <= mostValues) return;
      throw new ApiError(413, "body_too_large", `the body holds more than ${mostValues} values; send a part of it`);
    },
  });

/**
 * Bodies of up to `limit` bytes. All but tiny ones wait for a place, which they have until they are answered; who sends too slowly
 * then loses it, with a 408.
 */
export function createReadJson(limit: number, reading: JsonReading): readonly RequestHandler[] {
  const parse = parserOf(limit);
  const read: RequestHandler = async (request, response, next) => {
    if (Number(request.headers["content-length"]) > limit)
      throw new ApiError(413, "body_too_large", `the body is larger than ${limit / MIB} MiB; send a part of it`);
    const announced = announcedBytes(request);
    if (announced !== undefined && announced <= tinyBytes) {
      parse(request, response, next);
      return;
    }
    const entered =
      announced !== undefined && announced <= smallBytes
        ? await reading.enterSmall(request, response, announced)
        : await reading.enterLarge(request, response);
    if (entered === undefined) return;
    reading.held.set(request, entered);
    parseInTime(parse, announced, reading)(request, response, next);
  };
  return [requireJson, read];
}

/** For a request that is answered later, and needs no more what it was sent. */
export function forgetBody(request: Request, { held }: Pick<JsonReading, "held">): void {
  request.body = undefined;
  held.get(request)?.();
}

/** Of what is compressed, or comes in chunks, nobody knows before how much it is. */
function announcedBytes({ headers }: IncomingMessage): number | undefined {
  const isUnknown = headers["content-encoding"] !== undefined || headers["transfer-encoding"] !== undefined;
  return isUnknown ? undefined : Number(headers["content-length"] ?? 0);
}

/** What the parser says of a body after it was refused for its pace is said to nobody. */
function parseInTime(
  parse: RequestHandler,
  announced: number | undefined,
  { pace, longestMs = longestReadMs }: JsonReading,
): RequestHandler {
  return (request, response, next) => {
    let isOver = false;
    let arrived = 0;
    const end = (error?: unknown): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      watched.end();
      next(error);
    };
    const refuse = (): void => {
      drain(request);
      end(tooSlow());
    };
    const late = setTimeout(refuse, longestMs);
    const watched = pace.watch({
      held: { bytes: () => announced ?? arrived + 1 },
      withinMs: longestMs,
      onSlow: refuse,
    });
    void parse(request, response, end);
    // Behind the parser's own listener: the first one makes the body flow.
    request.on("data", (piece: Uint8Array) => {
      arrived += piece.length;
      watched.arrived(piece.length);
    });
  };
}

export const tooSlow = (): ApiError =>
  new ApiError(408, "too_slow", "the body came too slowly; send it faster, or a part of it");
