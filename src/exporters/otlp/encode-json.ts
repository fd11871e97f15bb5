import type { QueuedRequest } from "../../component/sending-queue.ts";
import { decodeLogRecords, decodeSpans } from "../../otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "../../otlp/index-records.ts";
import { toJsonRequest } from "../../otlp/to-json-request.ts";

/** A request in protobuf as one in JSON. Throws MalformedError when it is not a request. */
export function encodeJson(signal: QueuedRequest["signal"], bytes: Uint8Array): Buffer {
  if (signal === "traces") return toBytes(toJsonRequest(decodeSpans(indexSpans(bytes).encoded)));
  const { resourceLogs } = toJsonRequest([], decodeLogRecords(indexLogRecords(bytes).encoded));
  return toBytes({ resourceLogs });
}

const toBytes = (request: object): Buffer => Buffer.from(JSON.stringify(request));
