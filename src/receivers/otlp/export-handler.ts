/**
 * OTLP/HTTP (specification, "OTLP/HTTP"): one request in, one batch delivered, one answer out. First its head, then whether
 * anything can be taken now, and only then the body.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger, Telemetry } from "../../component/component.ts";
import type { HeldBytes } from "./body-budget.ts";
import type { BodyDecoder } from "./body-decoder.ts";
import type { BodyPace } from "../../component/body-pace.ts";
import { createCountRequests } from "./count-requests.ts";
import { createCors } from "./cors.ts";
import { checkAnnouncedLength, readBody, SenderGone, waitsForContinue } from "./read-body.ts";
import { createReadHead, type HeadOptions } from "./read-head.ts";
import { encodingOf, replyRefusal, replySuccess } from "./reply.ts";
import { isExpected, toRefusal } from "./request-refusal.ts";
import { createTakeExport } from "./take-export.ts";
import { createTurns } from "./take-turns.ts";

/** What it shares with the rest of the receiver. */
export interface HandlerNeeds {
  readonly holdBytes: () => HeldBytes;
  readonly pace: BodyPace;
  /** Id of the receiver. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly decoder: BodyDecoder;
}

export type ExportHandlerOptions = HandlerNeeds & HeadOptions;

export type ExportHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Never rejects: whatever happens is answered, counted, and logged where nobody foresaw it. */
export function createExportHandler(options: ExportHandlerOptions): ExportHandler {
  const { config, holdBytes, pace, id, logger, telemetry, decoder } = options;
  const limit = config.max_request_body_size;
  const countRequest = createCountRequests({ id, transport: "http", telemetry });
  const takeTurn = createTurns();
  const takeExport = createTakeExport({ id, transport: "http", telemetry, decoder });
  const readHead = createReadHead(options);
  const cors = config.cors === undefined ? undefined : createCors(config.cors);
  const fixedHeaders = Object.entries(config.response_headers);

  /** Returns the answer's body. */
  async function accept(request: IncomingMessage, response: ServerResponse, held: HeldBytes): Promise<Uint8Array> {
    const head = await readHead(request);
    if (request.destroyed) throw new SenderGone("The connection was closed.");
    checkAnnouncedLength(request, limit);
    head.pipeline.admit();
    if (waitsForContinue(request)) response.writeContinue();
    const body = await readBody(request, { limit, held, pace, timeoutMs: config.read_timeout });
    await takeTurn();
    return takeExport({ ...head, body, limit, held });
  }

  return async (request, response) => {
    for (const [name, value] of fixedHeaders) response.setHeader(name, value);
    if (!config.keep_alives_enabled) response.shouldKeepAlive = false;
    if (cors?.(request, response) === true) return;
    const encoding = encodingOf(request.headers["content-type"]) ?? "json";
    const held = holdBytes();
    try {
      const answer = await accept(request, response, held);
      countRequest();
      replySuccess(response, encoding, answer);
    } catch (error) {
      if (error instanceof SenderGone) return countRequest("aborted");
      const refusal = toRefusal(error);
      countRequest(refusal);
      if (!isExpected(error)) logger.error({ err: error }, "a request could not be taken");
      replyRefusal(request, response, encoding, refusal);
    } finally {
      held.release();
    }
  };
}
