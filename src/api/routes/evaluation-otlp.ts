/** Agent turns out of OTLP, scored without being stored as sessions. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { BodyPace } from "../../component/body-pace.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { ApiError } from "../api-error.ts";
import { fraction, jobSchema, runSchema } from "../evaluation-contract.ts";
import { startRunOver } from "../evaluation/evaluate-items.ts";
import { datasetError } from "../evaluation/mistakes.ts";
import type { OtlpFormat } from "../evaluation/otlp-items.ts";
import { readOtlpItems } from "../evaluation/read-otlp-items.ts";
import { answerRun } from "../evaluation/run-answer.ts";
import { nameSchema, runFields } from "../evaluation-request-contract.ts";
import { mediaTypeOf } from "../media-type.ts";
import { createReceiveInPlace, refuseUpload } from "../receive-in-place.ts";
import { receiveUpload } from "../receive-upload.ts";
import { type Answer, type ApiContext, defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";

const formats = new Map<string, OtlpFormat>([
  ["application/x-protobuf", "protobuf"],
  ["application/json", "json"],
  ["application/jsonl", "jsonl"],
  ["application/x-ndjson", "jsonl"],
]);

/** As it is sent, and unpacked: all of it is in memory while sessions are built of it. */
const MAX_MIB = 32;

/** From the first byte until the items are stored. Of those that are read and wait for their turn each is whole in memory. */
const receiveInPlace = createReceiveInPlace({ places: 4, each: 2 });

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
    const format = formats.get(mediaTypeOf(upload));
    if (format === undefined) throw refuseUpload(upload, unknownFormat());
    return {
      async wait(ended): Promise<Answer> {
        const run = await receiveInPlace(context.store, upload, caller, async (pace) => {
          const items = itemsOf({ upload, format, pace, ended }, context);
          return startRunOver(context, { project, source: "otlp", items }, query);
        });
        return answerRun(context, project, run, query, ended);
      },
    };
  },
});

interface Coming {
  readonly upload: IncomingMessage;
  readonly format: OtlpFormat;
  readonly pace: BodyPace;
  readonly ended: AbortSignal;
}

/** Reads the body when the first of them is asked for. */
async function* itemsOf(
  { upload, format, pace, ended }: Coming,
  { conversationKeys }: ApiContext,
): AsyncGenerator<EvaluationItem> {
  const pieces: Uint8Array[] = [];
  for await (const piece of receiveUpload(upload, { maxBytes: MAX_MIB * 1024 * 1024, pace, tooLarge }))
    pieces.push(piece);
  const sent = { format, body: Buffer.concat(pieces), ...(conversationKeys === undefined ? {} : { conversationKeys }) };
  let count = 0;
  for await (const item of readOtlpItems(sent, ended)) {
    count += 1;
    yield item;
  }
  if (count === 0) throw datasetError([{ line: null, key: null, message: "there is no agent's turn in these spans" }]);
}

const unknownFormat = () =>
  new ApiError(
    415,
    "unsupported_media_type",
    `send OTLP with one of these content types: ${[...formats.keys()].join(", ")}`,
  );

const tooLarge = () =>
  new ApiError(413, "dataset_too_large", `${MAX_MIB} MiB of OTLP can be evaluated at once; send a part of it`);
