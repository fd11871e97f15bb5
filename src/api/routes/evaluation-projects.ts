/** Who asks, evaluation projects and their metrics. Source: VQ-13, VQ-14, VQ-15, VQ-17, VQ-18 */
import { itemMetrics } from "../../evaluation/item-metrics/item-metrics.ts";
import { utcMonth } from "../../model/spend.ts";
import { projectNotFound, requireProject } from "../evaluation/find-evaluation.ts";
import { toMetricInfo, toProjectInfo, toProjectMetrics, toSettings } from "../evaluation/project-detail.ts";
import { readUse } from "../evaluation/quota.ts";
import { runnerOf } from "../evaluation/start-run.ts";
import {
  type AuthInfo,
  authInfoSchema,
  metricTemplatesSchema,
  newProjectSchema,
  projectMetricsSchema,
  projectPageQuerySchema,
  projectPageSchema,
  projectSchema,
  projectSettingsSchema,
} from "../evaluation-project-contract.ts";
import { defineRoute } from "../route.ts";

export const checkAuth = defineRoute({
  method: "get",
  path: "/v2/auth/check",
  access: "read",
  operation: {
    id: "checkAuth",
    summary: "Whose key it is, and how much may be evaluated and was.",
    reply: { status: 200, schema: authInfoSchema },
    errors: [404],
  },
  async answer({ ref: { project }, caller }, context) {
    const { limits } = runnerOf(context);
    const now = new Date();
    const usage = await readUse(context.store.evaluations, project, now);
    const body: AuthInfo = {
      valid: true,
      user_id: caller.account?.id ?? null,
      org_id: project,
      org_name: null,
      plan: null,
      limits: {
        requests_per_minute: limits.requestsPerMinute,
        evaluations_per_month: limits.evaluationsPerMonth ?? null,
        tokens_per_month: limits.tokensPerMonth ?? null,
        max_dataset_bytes: limits.maxDatasetBytes,
        max_dataset_items: limits.maxDatasetItems,
      },
      usage: { month: utcMonth(now.getTime()), ...usage },
    };
    return { status: 200, body };
  },
});

export const listProjects = defineRoute({
  method: "get",
  path: "/v2/projects",
  access: "read",
  query: projectPageQuerySchema,
  operation: {
    id: "listProjects",
    summary: "The evaluation projects.",
    reply: { status: 200, schema: projectPageSchema },
  },
  async answer({ ref: { project }, query: { page, page_size: pageSize } }, { store }) {
    const { found, total } = await store.evaluations.findProjects({ project, page, pageSize });
    return { status: 200, body: { projects: found.map(toProjectInfo), total, page, page_size: pageSize } };
  },
});

export const createProject = defineRoute({
  method: "post",
  path: "/v2/projects",
  access: "write",
  body: newProjectSchema,
  operation: {
    id: "createProject",
    summary: "The evaluation project of this name, which is made if there is none.",
    reply: { status: 200, schema: projectSchema },
  },
  answer: async ({ ref: { project }, body: { name } }, { store }) => ({
    status: 200,
    body: toProjectInfo(await store.evaluations.ensureProject(project, name)),
  }),
});

export const getProject = defineRoute({
  method: "get",
  path: "/v2/projects/:evaluation_project",
  access: "read",
  operation: {
    id: "getProject",
    summary: "An evaluation project, by its id or its name.",
    reply: { status: 200, schema: projectSchema },
  },
  answer: async ({ ref: { project }, params }, { store }) => ({
    status: 200,
    body: toProjectInfo(await requireProject(store.evaluations, project, params["evaluation_project"] ?? "")),
  }),
});

export const getProjectMetrics = defineRoute({
  method: "get",
  path: "/v2/projects/:evaluation_project/metrics",
  access: "read",
  operation: {
    id: "getProjectMetrics",
    summary: "The metrics of the project's runs that name none, the weights and the threshold.",
    reply: { status: 200, schema: projectMetricsSchema },
  },
  answer: async ({ ref: { project }, params }, { store }) => ({
    status: 200,
    body: toProjectMetrics(await requireProject(store.evaluations, project, params["evaluation_project"] ?? "")),
  }),
});

export const putProjectMetrics = defineRoute({
  method: "put",
  path: "/v2/projects/:evaluation_project/metrics",
  access: "write",
  body: projectSettingsSchema,
  operation: {
    id: "putProjectMetrics",
    summary: "Sets metrics, weights and threshold of runs that are started from then on; what is not named stays.",
    reply: { status: 200, schema: projectMetricsSchema },
  },
  async answer({ ref: { project }, params, body }, { store: { evaluations } }) {
    const before = await requireProject(evaluations, project, params["evaluation_project"] ?? "");
    const settings = toSettings(body, before);
    if (!(await evaluations.saveProjectSettings({ project, id: before.id }, settings))) throw projectNotFound();
    return { status: 200, body: toProjectMetrics({ ...before, ...settings }) };
  },
});

export const listMetricTemplates = defineRoute({
  method: "get",
  path: "/v2/evaluate/metrics/templates",
  access: "read",
  operation: {
    id: "listMetricTemplates",
    summary: "All metrics that runs can be asked for.",
    reply: { status: 200, schema: metricTemplatesSchema },
  },
  answer: async () => ({ status: 200, body: { metrics: itemMetrics.map(toMetricInfo), total: itemMetrics.length } }),
});
