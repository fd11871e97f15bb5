/** What evaluations are collected under, each with its usual metrics, their weights and its threshold. */
import type { PageFilter } from "./runs.ts";
import type { Operation, RequestOptions, Transport } from "./transport.ts";
import type { ProjectInfo, ProjectMetrics, ProjectPage, ProjectSettings } from "./types.ts";

export type Projects = ReturnType<typeof createProjects>;

export function createProjects(transport: Transport) {
  const pathOf = (idOrName: string): string => `/projects/${encodeURIComponent(idOrName)}`;
  const send = async <Found>(operation: Omit<Operation, "root">, options?: RequestOptions): Promise<Found> =>
    transport.send({ ...operation, root: "/v2" }, options);
  return {
    list: async (page: PageFilter = {}, options?: RequestOptions): Promise<ProjectPage> =>
      send({ method: "GET", path: "/projects", query: { ...page } }, options),
    /** The one with this name, made if there is none. */
    create: async (name: string, options?: RequestOptions): Promise<ProjectInfo> =>
      send({ method: "POST", path: "/projects", body: { name }, isRepeatable: true }, options),
    get: async (idOrName: string, options?: RequestOptions): Promise<ProjectInfo> =>
      send({ method: "GET", path: pathOf(idOrName) }, options),
    metrics: async (idOrName: string, options?: RequestOptions): Promise<ProjectMetrics> =>
      send({ method: "GET", path: `${pathOf(idOrName)}/metrics` }, options),
    /** Counts for runs that are started from then on; what is not named stays. */
    setMetrics: async (
      idOrName: string,
      settings: ProjectSettings,
      options?: RequestOptions,
    ): Promise<ProjectMetrics> => send({ method: "PUT", path: `${pathOf(idOrName)}/metrics`, body: settings }, options),
  };
}
