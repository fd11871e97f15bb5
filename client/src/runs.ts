/** What evaluations came to. */
import type { RequestOptions, Transport } from "./transport.ts";
import type {
  AnalyseFailuresRequest,
  EvaluationRun,
  EvaluationRunItem,
  EvaluationRunItemPage,
  EvaluationRunPage,
  FailureAnalysis,
  RunComparison,
  RunMetrics,
  RunStatus,
  Trends,
} from "./types.ts";

export interface PageFilter {
  /** From 1. */
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
}

export interface RunFilter extends PageFilter {
  /** Of an evaluation project. */
  readonly project_id?: string | undefined;
  readonly project_name?: string | undefined;
  readonly status?: RunStatus | undefined;
}

export interface RunItemFilter extends PageFilter {
  /** Only items whose overall score is below it. */
  readonly below?: number | undefined;
  /** `worst`: worst first. */
  readonly order?: "dataset" | "worst" | undefined;
}

export interface TrendFilter {
  readonly project_id?: string | undefined;
  readonly project_name?: string | undefined;
  /** `overall` is the overall score. Absent: that. */
  readonly metric?: readonly string[] | undefined;
  /** Days (UTC), both included: `2026-05-01`. Absent: the last `days`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly days?: number | undefined;
}

const PAGE = 100;

export type Runs = ReturnType<typeof createRuns>;

export function createRuns(transport: Transport) {
  const pathOf = (id: string): string => `/evaluate/runs/${encodeURIComponent(id)}`;
  const get = async <Found>(path: string, query: object = {}, options?: RequestOptions): Promise<Found> =>
    transport.send({ method: "GET", root: "/v2", path, query: { ...query } }, options);
  const list = async (filter: RunFilter = {}, options?: RequestOptions): Promise<EvaluationRunPage> =>
    get("/evaluate/runs", filter, options);
  const items = async (
    id: string,
    filter: RunItemFilter = {},
    options?: RequestOptions,
  ): Promise<EvaluationRunItemPage> => get(`${pathOf(id)}/items`, filter, options);

  return {
    /** Newest first. */
    list,
    /** All that match, newest first, page by page. */
    async *iterate(filter: RunFilter = {}, options?: RequestOptions): AsyncGenerator<EvaluationRun, void> {
      const { page: first = 1, page_size = PAGE } = filter;
      const seen = new Set<string>();
      for (let page = first; ; page++) {
        const { runs } = await list({ ...filter, page, page_size }, options);
        // One that is started meanwhile moves the others to later pages.
        for (const run of runs.filter(({ run_id: id }) => !seen.has(id))) {
          seen.add(run.run_id);
          yield run;
        }
        if (runs.length < page_size) return;
      }
    },

    get: async (id: string, options?: RequestOptions): Promise<EvaluationRun> => get(pathOf(id), {}, options),
    /** With its scores; and with its items, where they came with it. */
    delete: async (id: string, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", root: "/v2", path: pathOf(id) }, options),
    metrics: async (id: string, options?: RequestOptions): Promise<RunMetrics> =>
      get(`${pathOf(id)}/metrics`, {}, options),

    /** A page of its items with their scores; long texts are shortened. */
    items,
    /** All of them, page by page. While the run goes on, its worst may move from one page to another: wait for its end. */
    async *iterateItems(
      id: string,
      filter: RunItemFilter = {},
      options?: RequestOptions,
    ): AsyncGenerator<EvaluationRunItem, void> {
      const { page: first = 1, page_size = PAGE } = filter;
      for (let page = first; ; page++) {
        const found = await items(id, { ...filter, page, page_size }, options);
        yield* found.items;
        if (found.items.length < page_size) return;
      }
    },
    /** One of them, whole. */
    item: async (id: string, itemId: string, options?: RequestOptions): Promise<EvaluationRunItem> =>
      get(`${pathOf(id)}/items/${encodeURIComponent(itemId)}`, {}, options),

    /** Means by day of the runs that were completed. */
    trends: async (filter: TrendFilter = {}, options?: RequestOptions): Promise<Trends> =>
      get("/evaluate/trends", filter, options),
    /** 2 to 5 of them. Without a baseline the first one is. */
    compare: async (
      ids: readonly string[],
      { baseline, ...options }: RequestOptions & { baseline?: string } = {},
    ): Promise<RunComparison> => get("/evaluate/compare", { run_ids: ids, baseline }, options),

    /** Its items' failures by their kinds. */
    failures: async (
      id: string,
      { limit, ...options }: RequestOptions & { limit?: number } = {},
    ): Promise<FailureAnalysis> => get(`${pathOf(id)}/failures`, { limit }, options),
    /** Those of a run, or of a stored session. */
    analyzeFailures: async (request: AnalyseFailuresRequest, options?: RequestOptions): Promise<FailureAnalysis> =>
      transport.send(
        { method: "POST", root: "/v2", path: "/failure-analysis/analyze", body: request, isRepeatable: true },
        options,
      ),
  };
}
