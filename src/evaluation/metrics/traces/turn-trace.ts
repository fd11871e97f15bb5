/** agent_inspect's own shape of what an agent did, as its JSON has it, and how it is read. */
import { z } from "zod";
import type { JsonValue } from "../../../model/session.ts";
import { InvalidInputError } from "../../evaluation-error.ts";

/** What was parsed from JSON is JSON: only whether it is there is asked, so that its depth does not matter. */
export const anyJson = z.custom<JsonValue>((value) => value !== undefined);
const tokens = z.int().nonnegative().nullish();

const step = z.object({
  id: z.string(),
  parent_ids: z.array(z.string()).readonly(),
  tool: z.string().nullish(),
  tool_input_args: z
    .array(z.object({ name: z.string(), value: anyJson.nullish() }))
    .readonly()
    .nullish(),
  tool_output: anyJson.nullish(),
  agent_thought: z.string().nullish(),
  input_token_consumption: tokens,
  output_token_consumption: tokens,
  reasoning_token_consumption: tokens,
});

const turn = z.object({
  id: z.string(),
  agent_input: z.string(),
  agent_response: z.object({ response: anyJson, status_code: z.string().nullish() }).nullish(),
  from_id: z.string().nullish(),
  steps: z.array(step).readonly().nullish(),
  latency_in_ms: z.number().nullish(),
});

const dialogue = z.object({ turns: z.array(turn).readonly().nullish() });

export type TraceStep = Readonly<z.output<typeof step>>;
export type TurnTrace = Readonly<z.output<typeof turn>>;

/** Of the JSON of an `AgentDialogueTrace`, or of a list of its turns. Throws InvalidInputError 050009 that says where it is something else. */
export function readTurnTraces(given: unknown): readonly TurnTrace[] {
  return parseTrace(dialogue, Array.isArray(given) ? { turns: given } : given).turns ?? [];
}

/** Throws InvalidInputError 050009 that says where it does not fit; never what is there. */
export function parseTrace<Parsed>(schema: z.ZodType<Parsed>, given: unknown): Parsed {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = ["trace", ...(issue?.path ?? [])].join(".");
  throw new InvalidInputError("050009", `${place}: ${issue?.message ?? "cannot be read"}`);
}
