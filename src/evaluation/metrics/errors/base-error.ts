/** From what the judges said of a subgoal to the one error behind it. Source: agent_inspect's error analysis. */
import { z } from "zod";
import { toJsonSchema } from "../../../llm/json-schema.ts";
import { InvalidInputError } from "../../evaluation-error.ts";
import type { ModelClient } from "../../model-client.ts";
import { askAll } from "../../voting/ask-in-waves.ts";
import { parseGrade } from "../../voting/grade.ts";
import type { Validated } from "../expectation.ts";
import { askForJson } from "./ask-for-json.ts";
import { readErrorPrompt, toMaterial } from "./error-prompts.ts";

/** A subgoal in words. */
export interface DescribedSubgoal {
  readonly details: string;
}

const summary = z.object({ explanation: z.string(), error_type: z.string() });
const choice = z.object({ most_probable_error_type: z.string() });

/**
 * A name for what went wrong; undefined where nothing did. Judges who all say incomplete are taken to mean the same: the first
 * is summarised. Where one of them says complete, each is, and the model decides between the summaries. Throws EvaluationError:
 * 080008 without a judge's explanation, 080015 and 080016 for an answer without the summary or the decision, 080014, 080017.
 */
export async function baseErrorOf(
  client: ModelClient,
  { passed, notes, expectation }: Validated<DescribedSubgoal>,
): Promise<string | undefined> {
  if (passed) return undefined;
  const [first] = notes;
  if (first === undefined) throw new InvalidInputError("080008", "a validation has no explanation by a judge");
  if (!notes.some((trial) => parseGrade(trial) === 1)) return summarise(client, expectation, first);
  const errors = await askAll(notes.map((trial) => async () => summarise(client, expectation, trial)));
  return vote(client, errors);
}

async function summarise(client: ModelClient, { details }: DescribedSubgoal, explanation: string): Promise<string> {
  const { error_type: name } = await askForJson(client, {
    system: readErrorPrompt("summarise-error"),
    prompt: toMaterial({ subgoal: details, explanation }),
    schema: toJsonSchema(summary),
    answer: summary.pick({ error_type: true }),
    misfit: "080015",
  });
  return name;
}

async function vote(client: ModelClient, errors: readonly string[]): Promise<string> {
  const { most_probable_error_type: name } = await askForJson(client, {
    system: readErrorPrompt("vote-on-errors"),
    prompt: toMaterial(errors),
    schema: toJsonSchema(choice),
    answer: choice,
    misfit: "080016",
  });
  return name;
}
