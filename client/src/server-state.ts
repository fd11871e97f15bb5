/** The server itself. */
import { type SessionFilter, toQuery } from "./sessions.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import type {
  Backfill,
  BackfillsState,
  Health,
  ImportedLabel,
  ImportedLabels,
  Judges,
  LabelPage,
  ParkedPage,
  RebuildsState,
} from "./types.ts";

/** The sessions of which judges are asked what they have not said yet; `limit` of them, newest activity first. */
export interface BackfillFilter extends Omit<SessionFilter, "cursor"> {
  /** Only by this judge. Absent: by all that judge. */
  readonly judge?: string | undefined;
  /** Also what they have said already. */
  readonly again?: boolean | undefined;
  /** Only count and estimate. */
  readonly dry_run?: boolean | undefined;
}

export interface ParkedFilter {
  /** Those that this exporter set aside. */
  readonly exporter?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export type ServerState = ReturnType<typeof createServerState>;

export function createServerState(transport: Transport) {
  const parkedPath = (id: number): string => `/parked-requests/${id}`;
  return {
    health: async (options?: RequestOptions): Promise<Health> =>
      transport.send({ method: "GET", path: "/health" }, options),

    /** Has all sessions built again of what came in; `rebuilds` tells how many are still to be built. */
    rebuild: async (options?: RequestOptions): Promise<RebuildsState> =>
      transport.send({ method: "POST", path: "/rebuilds", isRepeatable: true }, options),
    /** Those that are not built again yet stay as they are. */
    cancelRebuilds: async (options?: RequestOptions): Promise<RebuildsState> =>
      transport.send({ method: "DELETE", path: "/rebuilds" }, options),
    rebuilds: async (options?: RequestOptions): Promise<RebuildsState> =>
      transport.send({ method: "GET", path: "/rebuilds" }, options),

    /** The judges: whether they judge, and how far people agree with them. */
    judges: async (options?: RequestOptions): Promise<Judges> =>
      transport.send({ method: "GET", path: "/judges" }, options),

    /** Labels of all sessions, oldest first. */
    labels: async (
      page: { limit?: number; cursor?: string | undefined } = {},
      options?: RequestOptions,
    ): Promise<LabelPage> => transport.send({ method: "GET", path: "/labels", query: { ...page } }, options),
    /** All of them, or none when one is wrong. */
    importLabels: async (labels: readonly ImportedLabel[], options?: RequestOptions): Promise<ImportedLabels> =>
      transport.send({ method: "POST", path: "/labels", body: { labels }, isRepeatable: true }, options),

    /** Has judges say what they have not said yet; `backfills` tells how many sessions are still to be judged. */
    backfill: async (filter: BackfillFilter = {}, options?: RequestOptions): Promise<Backfill> =>
      transport.send({ method: "POST", path: "/backfills", query: toQuery(filter), isRepeatable: true }, options),
    /** Those that are not judged yet stay as they are. */
    cancelBackfills: async (options?: RequestOptions): Promise<BackfillsState> =>
      transport.send({ method: "DELETE", path: "/backfills" }, options),
    backfills: async (options?: RequestOptions): Promise<BackfillsState> =>
      transport.send({ method: "GET", path: "/backfills" }, options),

    /** Requests that an exporter set aside, because who it sends to will not have them. */
    parkedRequests: async (page: ParkedFilter = {}, options?: RequestOptions): Promise<ParkedPage> =>
      transport.send({ method: "GET", path: "/parked-requests", query: { ...page } }, options),
    retryParkedRequest: async (id: number, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "POST", path: `${parkedPath(id)}/retry` }, options),
    dropParkedRequest: async (id: number, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", path: parkedPath(id) }, options),
  };
}
