/** The server itself. */
import type { RequestOptions, Transport } from "./transport.ts";
import type { Health, ParkedPage, RebuildsState } from "./types.ts";

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

    /** Requests that an exporter set aside, because who it sends to will not have them. */
    parkedRequests: async (page: ParkedFilter = {}, options?: RequestOptions): Promise<ParkedPage> =>
      transport.send({ method: "GET", path: "/parked-requests", query: { ...page } }, options),
    retryParkedRequest: async (id: number, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "POST", path: `${parkedPath(id)}/retry` }, options),
    dropParkedRequest: async (id: number, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", path: parkedPath(id) }, options),
  };
}
