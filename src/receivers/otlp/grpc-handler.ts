/**
 * OTLP/gRPC (specification, "OTLP/gRPC"): one unary call in, one batch delivered, one status out. Checked in the collector's
 * order: method, who sends, then whether anything can be taken now, and only then the message.
 */
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Logger, Telemetry } from "../../component/component.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import type { HeldBytes } from "./body-budget.ts";
import type { BodyDecoder } from "./body-decoder.ts";
import type { BodyPace } from "../../component/body-pace.ts";
import { createCountRequests } from "./count-requests.ts";
import type { Coding } from "./decompress.ts";
import { type GrpcHead, type GrpcHeadOptions, readGrpcHead } from "./grpc-head.ts";
import { type GrpcMessage, readMessage } from "./grpc-message.ts";
import { replyAnswer, replyRefusal } from "./grpc-status.ts";
import { SenderGone } from "./read-body.ts";
import { isExpected, RequestRefusal, toRefusal } from "./request-refusal.ts";
import { createTakeExport } from "./take-export.ts";
import { createTurns } from "./take-turns.ts";

export interface GrpcHandlerOptions extends GrpcHeadOptions {
  /** In bytes, of a message as it comes and of the message decompressed. */
  readonly maxMessageSize: number;
  readonly readTimeoutMs: number;
  readonly holdBytes: () => HeldBytes;
  readonly pace: BodyPace;
  readonly decoder: BodyDecoder;
  /** Id of the receiver. */
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** `rawHeaders`: names and values, one after the other, as Node gives them. */
export type GrpcHandler = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
) => Promise<void>;

/** Never rejects: whatever happens is answered, counted, and logged where nobody foresaw it. */
export function createGrpcHandler(options: GrpcHandlerOptions): GrpcHandler {
  const { maxMessageSize: limit, readTimeoutMs: timeoutMs, holdBytes, pace, decoder, id, logger, telemetry } = options;
  const countRequest = createCountRequests({ id, transport: "grpc", telemetry });
  const takeTurn = createTurns();
  const takeExport = createTakeExport({ id, transport: "grpc", telemetry, decoder });

  /** Returns the answer. */
  async function accept(stream: ServerHttp2Stream, head: GrpcHead): Promise<Uint8Array> {
    const { signal, pipeline, context, coding: announced } = head;
    pipeline.admit();
    const held = holdBytes();
    try {
      const message = await readMessage(stream, { limit, timeoutMs, held, pace });
      await takeTurn();
      const coding = codingOfMessage(message, announced);
      const sent = { encoding: "protobuf", coding, body: message.body, limit } as const;
      return await takeExport({ signal, ...sent, held, pipeline, context });
    } finally {
      held.release();
    }
  }

  return async (stream, headers, rawHeaders) => {
    // What breaks a stream also closes it, which ends the reading; without a listener it would end the process.
    stream.on("error", (error) => logger.debug({ err: error }, "a gRPC stream broke"));
    try {
      const head = await readGrpcHead(headers, rawHeaders, options);
      if (stream.destroyed) throw new SenderGone("The stream was closed.");
      const answer = await withinTimeout(head.timeoutMs, accept(stream, head));
      countRequest();
      replyAnswer(stream, answer);
    } catch (error) {
      if (error instanceof SenderGone) return countRequest("aborted");
      const refusal = toGrpcRefusal(error);
      countRequest(refusal);
      if (!isExpected(error)) logger.error({ err: error }, "a request could not be taken");
      replyRefusal(stream, refusal);
    }
  };
}

function codingOfMessage({ isCompressed }: GrpcMessage, announced: Coding): Coding {
  if (!isCompressed) return "identity";
  if (announced !== "identity") return announced;
  const message = "The message is compressed, and the call does not say how.";
  throw new RequestRefusal(400, RPC_CODES.internal, "malformed", message);
}

/**
 * Rejects when the sender does not wait any longer. What has been read by then is still delivered: it may be on its way
 * to the disk, and a sender that tries again changes nothing.
 */
async function withinTimeout(timeoutMs: number | undefined, answer: Promise<Uint8Array>): Promise<Uint8Array> {
  if (timeoutMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = "The call's deadline has passed.";
    const giveUp = (): void => reject(new RequestRefusal(503, RPC_CODES.deadlineExceeded, "timeout", message));
    timer = setTimeout(giveUp, timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * What gRPC's own libraries answer: UNIMPLEMENTED for a compression that they do not know, and INTERNAL for a message
 * that cannot be decompressed, which is the transport's trouble and not the data's.
 */
function toGrpcRefusal(error: unknown): RequestRefusal {
  const refusal = toRefusal(error);
  const { httpStatus, reason, headers } = refusal;
  if (reason !== "content_encoding") return refusal;
  const [code, message] =
    httpStatus === 415
      ? [RPC_CODES.unimplemented, "The grpc-encoding is not supported."]
      : [RPC_CODES.internal, "The message is not what its grpc-encoding says."];
  return new RequestRefusal(httpStatus, code, reason, message, { headers });
}
