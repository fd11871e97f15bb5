/** Datasets are made of an upload, or of stored sessions. */
import type { BodyPace } from "../../component/body-pace.ts";
import type { NewDataset } from "../../component/evaluations.ts";
import type { Dataset } from "../../model/evaluation.ts";
import { ApiError } from "../api-error.ts";
import { datasetFromSessionsSchema, datasetSchema, uploadQuerySchema } from "../dataset-contract.ts";
import { tooManyBytes } from "../evaluation/dataset-limits.ts";
import { toDatasetDetail } from "../evaluation/dataset-detail.ts";
import { itemsOfSessions } from "../evaluation/items-of-sessions.ts";
import { type DatasetFormat, readItems } from "../evaluation/read-items/read-items.ts";
import { redactItems } from "../evaluation/redact-item.ts";
import { runnerOf } from "../evaluation/start-run.ts";
import { writeDataset } from "../evaluation/write-dataset.ts";
import { sessionChoiceSchema } from "../evaluation-request-contract.ts";
import { mediaTypeOf } from "../media-type.ts";
import { receiveInPlace, refuseUpload } from "../receive-in-place.ts";
import { receiveUpload } from "../receive-upload.ts";
import { type Answer, defineRoute } from "../route.ts";

/** What a content type says of the format; the first of each is the usual one. */
const formats = new Map<string, DatasetFormat>([
  ["application/jsonl", "jsonl"],
  ["application/x-ndjson", "jsonl"],
  ["application/x-jsonlines", "jsonl"],
  ["text/csv", "csv"],
  ["application/json", "json"],
]);

export const uploadDataset = defineRoute({
  method: "post",
  path: "/v2/datasets",
  access: "ingest",
  query: uploadQuerySchema,
  upload: [...formats.keys()],
  operation: {
    id: "uploadDataset",
    summary: "Takes a dataset: an item a line, comma separated values, or a JSON list of items.",
    reply: { status: 201, schema: datasetSchema },
  },
  async answer(call, context) {
    const { upload, query, caller } = call;
    const { maxDatasetBytes: maxBytes, maxDatasetItems: maxItems } = runnerOf(context).limits;
    if (upload === undefined) throw new Error("the request did not come with the call");
    const format = query.format ?? formats.get(mediaTypeOf(upload));
    if (format === undefined) throw refuseUpload(upload, unknownFormat());
    const dataset: NewDataset = { project: caller.project, name: query.name, source: "upload" };
    const receive = async (pace: BodyPace): Promise<Dataset> => {
      const chunks = receiveUpload(upload, { maxBytes, pace, tooLarge: () => tooManyBytes(maxBytes) });
      const { items, check } = readItems(chunks, { format, maxItems });
      const admitted = redactItems(items, context.redactors ?? []);
      return writeDataset(context.store.evaluations, dataset, admitted, { check });
    };
    return { wait: async () => toAnswer(await receiveInPlace(context.store, upload, caller, receive)) };
  },
});

const unknownFormat = () =>
  new ApiError(
    415,
    "unsupported_media_type",
    "send the dataset with content-type application/jsonl, text/csv or application/json, or name its format=jsonl, csv or json",
  );

export const makeDatasetFromSessions = defineRoute({
  method: "post",
  path: "/v2/datasets/from-sessions",
  access: "write",
  query: sessionChoiceSchema,
  body: datasetFromSessionsSchema,
  operation: {
    id: "makeDatasetFromSessions",
    summary: "Makes a dataset of the turns of sessions, which are chosen as in a list of them; expects nothing.",
    reply: { status: 201, schema: datasetSchema },
  },
  async answer({ caller: { project }, query, body: { name } }, context) {
    const { limits } = runnerOf(context);
    const { store } = context;
    const dataset: NewDataset = { project, name, source: "sessions" };
    return {
      wait: async (ended) => {
        const items = itemsOfSessions(store, project, query, ended);
        return toAnswer(await writeDataset(store.evaluations, dataset, items, { limits }));
      },
    };
  },
});

const toAnswer = (dataset: Dataset): Answer => ({ status: 201, body: toDatasetDetail(dataset) });
