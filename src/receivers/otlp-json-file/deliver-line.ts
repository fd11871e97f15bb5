/** One line of a file: decoded, delivered, counted. */
import type { Logger, Telemetry } from "../../component/component.ts";
import type { ReceiverNeeds } from "../../component/receiver.ts";
import { recordNames } from "../../component/record-names.ts";
import { PermanentError } from "../../model/errors.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import { decodeRequest, type DecodedRequest, toBatch } from "../otlp/decode-request.ts";

export interface DeliverLineOptions extends Pick<ReceiverNeeds, "pipelines"> {
  readonly id: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Resolves when the line is done with, be it stored or unreadable. Rejects when it is to be delivered again later. */
export type DeliverLine = (line: Uint8Array, place: string) => Promise<void>;

/** Whose data it is: a file has no caller. */
const PROJECT = "default";

export function createDeliverLine({ id, logger, telemetry, pipelines }: DeliverLineOptions): DeliverLine {
  const count = (outcome: "accepted" | "refused", signal: Signal, by: number): void => {
    const labels = { receiver: id, transport: "file" };
    if (by > 0) telemetry.count(`otelcol_receiver_${outcome}_${recordNames[signal]}`, labels, by);
  };

  async function deliver(decoded: DecodedRequest, place: string): Promise<void> {
    const { rejected, reasons } = decoded;
    const batch = toBatch(decoded);
    const pipeline = pipelines[batch.signal];
    if (rejected > 0) logger.warn({ receiver: id, place, rejected, reason: reasons[0] }, "records were left out");
    count("refused", batch.signal, rejected);
    if (batch.count === 0) return;
    if (pipeline === undefined) {
      count("refused", batch.signal, batch.count);
      logger.warn({ receiver: id, place, signal: batch.signal }, "there is no pipeline for the records of a line");
      return;
    }
    pipeline.admit();
    await pipeline.deliver(batch, { project: PROJECT });
    count("accepted", batch.signal, batch.count);
  }

  return async (line, place) => {
    try {
      await deliver(decodeLine(line), place);
    } catch (error) {
      if (!(error instanceof MalformedError || error instanceof PermanentError)) throw error;
      telemetry.count(
        "turnwise_receiver_refused_requests",
        { receiver: id, transport: "file", reason: "malformed" },
        1,
      );
      logger.warn({ receiver: id, place, reason: error.message }, "a line was left out");
    }
  };
}

/** The first key says of which signal it is. Throws MalformedError for a line that is no export request. */
function decodeLine(line: Uint8Array): DecodedRequest {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const [first] = SIGNALS.map((signal) => ({ signal, at: text.indexOf(KEYS[signal]) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at);
  if (first === undefined) throw new MalformedError("it is no OTLP export request");
  return decodeRequest(first.signal, "json", line);
}

const SIGNALS = ["traces", "logs", "metrics"] as const;
const KEYS: Readonly<Record<Signal, string>> = {
  traces: '"resourceSpans"',
  logs: '"resourceLogs"',
  metrics: '"resourceMetrics"',
};
