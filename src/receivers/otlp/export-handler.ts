/**
 * OTLP/HTTP (specification, "OTLP/HTTP"): one request in, one batch delivered, one answer out. Checked in the collector's
 * order: path, method, content type and coding, then whether anything can be taken now, and only then the body.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger, Telemetry } from "../../component/component.ts";
import type { PipelineEntry, ReceiverNeeds } from "../../component/receiver.ts";
import { UnavailableError } from "../../model/errors.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { type Encoding, RPC_CODES } from "../../otlp/rpc-status.ts";
import { createBodyBudget, type HeldBytes } from "./body-budget.ts";
import { type Decompress, decompressorFor } from "./decompress.ts";
import { findSignal } from "./export-routes.ts";
import { checkAnnouncedLength, readBody, SenderGone } from "./read-body.ts";
import { encodingOf, replyRefusal, replySuccess } from "./reply.ts";
import { RequestRefusal, toRefusal } from "./request-refusal.ts";
import { createTakeExport } from "./take-export.ts";
import { createTurns } from "./take-turns.ts";

export interface ExportHandlerOptions extends Pick<ReceiverNeeds, "pipelines"> {
  readonly paths: Readonly<Record<Signal, string>>;
  /** In bytes, of the body as it comes and of the body decompressed. */
  readonly maxBodySize: number;
  /** Id of the receiver. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** What the head of a request asks for, when it asks for something that we do. */
interface ExportRequest {
  readonly signal: Signal;
  readonly pipeline: PipelineEntry;
  readonly encoding: Encoding;
  readonly decompress: Decompress;
}

export type ExportHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** So many bodies of the largest size may be in hand at once, or any number of smaller ones. */
const LARGEST_BODIES_IN_HAND = 4;
/** Whose data it is until accounts exist. */
const PROJECT = "default";

/** Never rejects: whatever happens is answered, counted, and logged where nobody foresaw it. */
export function createExportHandler(options: ExportHandlerOptions): ExportHandler {
  const { maxBodySize, id, logger, telemetry } = options;
  const labels = { receiver: id, transport: "http" };
  const takeTurn = createTurns();
  const holdBytes = createBodyBudget(LARGEST_BODIES_IN_HAND * maxBodySize);
  const takeExport = createTakeExport({ id, transport: "http", telemetry });

  /** Returns the answer's body. */
  async function accept(request: IncomingMessage, response: ServerResponse, held: HeldBytes): Promise<Uint8Array> {
    const { signal, pipeline, encoding, decompress } = readHead(request, options);
    checkAnnouncedLength(request, maxBodySize);
    pipeline.admit();
    if (request.headers.expect !== undefined) response.writeContinue();
    const sent = await readBody(request, maxBodySize, held);
    await takeTurn();
    const body = await decompress(sent, maxBodySize);
    const refusal = body === sent ? undefined : held.add(body.length);
    if (refusal !== undefined) throw refusal;
    return takeExport({ signal, encoding, body, pipeline, project: PROJECT });
  }

  return async (request, response) => {
    const encoding = encodingOf(request.headers["content-type"]) ?? "json";
    const held = holdBytes();
    try {
      replySuccess(response, encoding, await accept(request, response, held));
    } catch (error) {
      const count = (reason: string): void =>
        telemetry.count("turnwise_receiver_refused_requests", { ...labels, reason }, 1);
      if (error instanceof SenderGone) return count("aborted");
      const refusal = toRefusal(error);
      count(refusal.reason);
      if (!isExpected(error)) logger.error({ err: error }, "a request could not be taken");
      replyRefusal(request, response, encoding, refusal);
    } finally {
      held.release();
    }
  };
}

/** Throws a refusal for a request that is not an export to one of the pipelines. */
function readHead(request: IncomingMessage, { paths, pipelines }: ExportHandlerOptions): ExportRequest {
  const signal = findSignal(request.url ?? "", paths);
  if (signal === undefined)
    throw new RequestRefusal(404, RPC_CODES.notFound, "not_found", `Nothing is here; spans go to ${paths.traces}.`);
  const pipeline = pipelines[signal];
  if (pipeline === undefined)
    throw new RequestRefusal(404, RPC_CODES.unimplemented, "not_found", `There is no pipeline for ${signal}.`);
  if (request.method !== "POST")
    throw new RequestRefusal(405, RPC_CODES.unimplemented, "method", "Only POST is supported here.", {
      headers: { allow: "POST" },
    });
  const encoding = encodingOf(request.headers["content-type"]);
  if (encoding === undefined)
    throw new RequestRefusal(
      415,
      RPC_CODES.invalidArgument,
      "content_type",
      "The Content-Type is not supported; supported are application/x-protobuf and application/json.",
    );
  return { signal, pipeline, encoding, decompress: decompressorFor(request.headers["content-encoding"]) };
}

/** The sender's doing, or a state that passes; neither is worth a line in the log. */
function isExpected(error: unknown): boolean {
  return error instanceof RequestRefusal || error instanceof UnavailableError;
}
