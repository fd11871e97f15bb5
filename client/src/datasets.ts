/** Items that runs can score again and again. */
import type { NewItem, SessionChoice } from "./evaluations.ts";
import type { PageFilter } from "./runs.ts";
import { toQuery } from "./sessions.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import type { Dataset, DatasetItem, DatasetItemPage, DatasetPage } from "./types.ts";

const PAGE = 100;
/** For one try. */
const UPLOAD_MS = 600_000;

export type Datasets = ReturnType<typeof createDatasets>;

export function createDatasets(transport: Transport) {
  const pathOf = (id: string): string => `/datasets/${encodeURIComponent(id)}`;
  const items = async (id: string, page: PageFilter = {}, options?: RequestOptions): Promise<DatasetItemPage> =>
    transport.send({ method: "GET", root: "/v2", path: `${pathOf(id)}/items`, query: { ...page } }, options);
  const upload = async (name: string, content: Blob, options: RequestOptions = {}): Promise<Dataset> =>
    transport.send(
      { method: "POST", root: "/v2", path: "/datasets", query: { name }, body: content },
      { timeoutMs: UPLOAD_MS, ...options },
    );

  return {
    /** The Blob's type says what it is: `application/jsonl`, `text/csv` or `application/json`. In Node a file on disk is one by `openAsBlob` of node:fs. */
    upload,
    create: async (name: string, newItems: readonly NewItem[], options?: RequestOptions): Promise<Dataset> => {
      const lines = newItems.map((item) => `${JSON.stringify(item)}\n`);
      return upload(name, new Blob(lines, { type: "application/jsonl" }), options);
    },
    /** The turns of stored sessions: of `limit` of those that match, newest activity first. */
    fromSessions: async (name: string, filter: SessionChoice = {}, options?: RequestOptions): Promise<Dataset> =>
      transport.send(
        { method: "POST", root: "/v2", path: "/datasets/from-sessions", query: toQuery(filter), body: { name } },
        options,
      ),

    /** Those that have a name, newest first. */
    list: async (page: PageFilter = {}, options?: RequestOptions): Promise<DatasetPage> =>
      transport.send({ method: "GET", root: "/v2", path: "/datasets", query: { ...page } }, options),
    get: async (id: string, options?: RequestOptions): Promise<Dataset> =>
      transport.send({ method: "GET", root: "/v2", path: pathOf(id) }, options),
    /** A page of its items; long texts are shortened. */
    items,
    /** All of them, page by page. */
    async *iterateItems(id: string, options?: RequestOptions): AsyncGenerator<DatasetItem, void> {
      for (let page = 1; ; page++) {
        const found = await items(id, { page, page_size: PAGE }, options);
        yield* found.items;
        if (found.items.length < PAGE) return;
      }
    },
    /** Unless there are runs of it: a ConflictError. */
    delete: async (id: string, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", root: "/v2", path: pathOf(id) }, options),
  };
}
