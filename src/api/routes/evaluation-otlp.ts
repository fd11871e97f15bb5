/** Agent turns out of OTLP, scored without being stored as sessions. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { ApiError } from "../api-error.ts";
import { fraction, jobSchema, runSchema } from "../evaluation-contract.ts";
import { evaluateItems } from "../evaluation/evaluate-items.ts";
import { datasetError } from "../evaluation/mistakes.ts";
import type { OtlpFormat } from "../evaluation/otlp-items.ts";
import { readOtlpItems } from "../evaluation/read-otlp-items.ts";
import { nameSchema, runFields } from "../evaluation-request-contract.ts";
import { receiveInPlace, refuseUpload } from "../receive-in-place.ts";
import { receiveUpload } from "../receive-upload.ts";
import { type Answer, type ApiContext, type Call, defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";

const formats = new Map<string, OtlpFormat>([
  ["application/x-protobuf", "protobuf"],
  ["application/json", "json"],
  ["application/jsonl", "jsonl"],
  ["application/x-ndjson", "jsonl"],
]);

/** As it is sent, and unpacked: all of it is in memory while sessions are built of it. */
const MAX_MIB = 32;

/** A run as it can be asked for beside a body of something else. */
const querySchema = z.strictObject({
  project_name: nameSchema.optional(),
  metrics: runFields.metrics,
  run_name: nameSchema.optional(),
  threshold: fraction.optional(),
  mode: runFields.mode,
  wait: wholeNumber({ min: 0, max: 300, default: 20 }),
});

export const evaluateOtlp = defineRoute({
  method: "post",
  path: "/v2/evaluate/otlp",
  access: "write",
  query: querySchema,
  lists: ["metrics"],
  upload: [...formats.keys()],
  operation: {
    id: "evaluateOtlp",
    summary:
      "Scores the turns of the sessions in an OTLP request, or in JSON of one a line; the sessions are not stored.",
    reply: { status: 200, schema: runSchema, later: jobSchema },
    errors: [429],
  },
  async answer({ upload, query, ref: { project }, caller }, context) {
    if (upload === undefined) throw new Error("the request did not come with the call");
    const format = formatOf(upload);
    if (format === undefined) throw refuseUpload(upload, unknownFormat());
    return {
      async wait(ended): Promise<Answer> {
        const items = itemsOf(upload, format, caller, context);
        return evaluateItems(context, { project, source: "otlp", items }, query, ended);
      },
    };
  },
});

/** Reads the body when the first of them is asked for. */
async function* itemsOf(
  upload: IncomingMessage,
  format: OtlpFormat,
  caller: Call["caller"],
  { store, conversationKeys }: ApiContext,
): AsyncGenerator<EvaluationItem> {
  const items = await receiveInPlace(store, upload, caller, async (pace) => {
    const maxBytes = MAX_MIB * 1024 * 1024;
    const pieces: Uint8Array[] = [];
    for await (const piece of receiveUpload(upload, { maxBytes, pace, tooLarge })) pieces.push(piece);
    const body = Buffer.concat(pieces);
    return readOtlpItems({ format, body, ...(conversationKeys === undefined ? {} : { conversationKeys }) });
  });
  if (items.length === 0)
    throw datasetError([{ line: null, key: null, message: "there is no agent's turn in these spans" }]);
  yield* items;
}

function formatOf({ headers }: IncomingMessage): OtlpFormat | undefined {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return formats.get(type.trim().toLowerCase());
}

const unknownFormat = () =>
  new ApiError(
    415,
    "unsupported_media_type",
    `send OTLP with one of these content types: ${[...formats.keys()].join(", ")}`,
  );

const tooLarge = () =>
  new ApiError(413, "dataset_too_large", `${MAX_MIB} MiB of OTLP can be evaluated at once; send a part of it`);
