/** What a request names of the evaluations of its caller's project. */
import { ApiError, runNotFound } from "../api-error.ts";
import type { EvaluationRef, EvaluationStore } from "../../component/evaluations.ts";
import type { EvaluationProject, EvaluationRun } from "../../model/evaluation.ts";
import type { Call } from "../route.ts";

/** The run, or job, which is the same, that the path names. */
export const runRefOf = ({ ref: { project }, params }: Pick<Call, "ref" | "params">): EvaluationRef => ({
  project,
  id: params["run"] ?? params["job"] ?? "",
});

/** Throws 404. */
export async function requireRun(store: EvaluationStore, ref: EvaluationRef): Promise<EvaluationRun> {
  const run = await store.getRun(ref);
  if (run === undefined) throw runNotFound();
  return run;
}

export const projectNotFound = () => new ApiError(404, "not_found", "there is no project with this id or name");

/** By id or by name. Throws 404. */
export async function requireProject(
  store: EvaluationStore,
  project: string,
  idOrName: string,
): Promise<EvaluationProject> {
  const found = await store.getProject(project, idOrName);
  if (found === undefined) throw projectNotFound();
  return found;
}

/** The project that a list is narrowed to; nothing where it is not. Throws 404. */
export async function projectFilter(
  store: EvaluationStore,
  project: string,
  {
    project_id: id,
    project_name: name,
  }: { readonly project_id?: string | undefined; readonly project_name?: string | undefined },
): Promise<{ readonly evaluationProjectId?: string }> {
  const named = id ?? name;
  return named === undefined ? {} : { evaluationProjectId: (await requireProject(store, project, named)).id };
}
