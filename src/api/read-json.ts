/** Reads JSON bodies, so that neither one of them nor many at once take all the memory there is. */
import type { IncomingMessage } from "node:http";
import express, { type RequestHandler } from "express";
import { ApiError } from "./api-error.ts";
import { countValues } from "./count-values.ts";
import type { Turnstile, TurnstileOptions } from "./turnstile.ts";

const MIB = 1024 * 1024;
/** What bodies without messages may have, and what messages may have. */
const usualBytes = 1 * MIB;
const messageBytes = 16 * MIB;
/** Messages beyond this need a place. */
const smallBytes = 256 * 1024;
/** 10,000 messages with calls have a third of it. */
const mostValues = 500_000;
/** Who sends slower than this holds a place that others wait for, in milliseconds. */
const longestReadMs = 60_000;

/** For large bodies: each takes up to some 70 MiB until it is answered. Who waits has not been read yet. */
export const largeBodyPlaces: TurnstileOptions = { places: 8, waiting: 100 };

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

export const readSmallJson: readonly RequestHandler[] = [requireJson, parserOf(usualBytes)];

/** A large body waits for a place, which it has until it is answered. Its sender is cut off after `longestMs` (a minute). */
export function createReadLargeJson(enter: Turnstile, longestMs = longestReadMs): readonly RequestHandler[] {
  const takePlace: RequestHandler = async (request, response, next) => {
    if (Number(request.headers["content-length"]) > messageBytes)
      throw new ApiError(413, "body_too_large", `the body is larger than ${messageBytes / MIB} MiB; send a part of it`);
    if (mayBeLarge(request)) {
      if ((await enter(request, response)) === undefined) return;
      const late = setTimeout(() => request.destroy(), longestMs);
      request.once("close", () => clearTimeout(late));
    }
    next();
  };
  return [requireJson, takePlace, parserOf(messageBytes)];
}

/** Of what is compressed, or comes in chunks, nobody knows before. */
const mayBeLarge = ({ headers }: IncomingMessage): boolean =>
  headers["content-encoding"] !== undefined ||
  headers["transfer-encoding"] !== undefined ||
  Number(headers["content-length"] ?? 0) > smallBytes;
