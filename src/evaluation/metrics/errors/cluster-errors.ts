import { z } from "zod";
import { toJsonSchema } from "../../../llm/json-schema.ts";
import type { ModelClient } from "../../model-client.ts";
import { askForJson } from "./ask-for-json.ts";
import { readErrorPrompt, toMaterial } from "./error-prompts.ts";

export interface ErrorCluster {
  readonly label: string;
  /** Positions in `errors`, from 0, each once. */
  readonly members: readonly number[];
}

const told = z.object({
  clusters: z.array(
    z.object({ cluster_label: z.string(), error_types: z.array(z.string()), error_ids: z.array(z.string()) }),
  ),
});

const read = z.object({
  clusters: z.array(
    z.object({ cluster_label: z.string(), error_ids: z.array(z.union([z.string(), z.number()]).transform(String)) }),
  ),
});

/**
 * One question about all errors. Ids that are of no error are dropped; the model may leave an error out, name it in several
 * clusters, or give two clusters one label. Throws EvaluationError 080008 for an answer without clusters, 080014, 080017.
 */
export async function clusterErrors(
  client: ModelClient,
  errors: readonly string[],
  subgoals: readonly string[],
): Promise<readonly ErrorCluster[]> {
  const { clusters } = await askForJson(client, {
    system: readErrorPrompt("cluster-errors"),
    prompt: toMaterial({ errors: Object.fromEntries(errors.entries()), subgoals: [...new Set(subgoals)] }),
    schema: toJsonSchema(told),
    answer: read,
    misfit: "080008",
  });
  return clusters.map(({ cluster_label: label, error_ids: ids }) => ({
    label,
    members: [...new Set(ids.filter((id) => /^\d+$/.test(id)).map(Number))].filter((id) => id < errors.length),
  }));
}
