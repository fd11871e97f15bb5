/** What `GET /api/v1/sessions` may be asked. Every parameter is a string on the wire; unknown ones are refused. */
import { z } from "zod";
import type { SessionQuery } from "../component/session-query.ts";
import { ApiError } from "./api-error.ts";
import { sourceSchema, statusSchema } from "./contract.ts";

const words = z.string().min(1, "must not be empty").max(1024, "must not be longer than 1024 characters");

/** A whole number within bounds, as text. */
export function wholeNumber(bounds: { min: number; max: number; default: number }) {
  const message = `must be a whole number from ${bounds.min} to ${bounds.max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, message)
    .default(bounds.default)
    .meta({ type: "integer", minimum: bounds.min, maximum: bounds.max, default: bounds.default });
}

const moment = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    "must be an ISO 8601 date or time, such as 2026-05-01T10:00:00Z",
  )
  .transform((value) => new Date(value))
  .meta({ type: "string", format: "date-time" });

const scores = { "-1": -1, "0": 0, "1": 1 } as const;
const has = z.enum(["error", "harmful_turn"]);

/** What sessions can be chosen by, wherever that is. */
export const sessionFilters = {
  status: statusSchema.optional(),
  conversation_id: words.optional(),
  user_id: words.optional(),
  agent_name: words.optional(),
  model: words.optional(),
  source: sourceSchema.optional(),
  score: z
    .enum(["-1", "0", "1"])
    .transform((score) => scores[score])
    .meta({ type: "string", enum: ["-1", "0", "1"] })
    .optional(),
  /** Several at once: separated by commas. */
  has: z.preprocess((value) => (typeof value === "string" ? value.split(",") : value), z.array(has)).optional(),
  metadata: z
    .map(words, z.string(), "is written metadata.KEY=VALUE")
    .meta({ type: "string", description: "Written metadata.KEY=VALUE, once for each key." })
    .optional(),
  /** A score of an evaluator: of a turn, or of the session. */
  metric: z
    .string()
    .max(1024, "must not be longer than 1024 characters")
    .regex(/^[^/]+\/./, "is written EVALUATOR/NAME")
    .transform((path) => ({ evaluator: path.slice(0, path.indexOf("/")), name: path.slice(path.indexOf("/") + 1) }))
    .meta({ type: "string", description: "Written EVALUATOR/NAME: sessions with such a score." })
    .optional(),
  metric_below: z
    .string()
    .regex(/^(?:0(?:\.\d{1,15})?|1(?:\.0{1,15})?)$/, "must be a number from 0 to 1")
    .transform(Number)
    .meta({ type: "number", minimum: 0, maximum: 1, description: "Below which that score is." })
    .optional(),
  from: moment.optional(),
  to: moment.optional(),
  q: words.optional(),
};

const parameters = z.strictObject({
  limit: wholeNumber({ min: 1, max: 500, default: 50 }),
  cursor: words.optional(),
  ...sessionFilters,
});

const metadataPrefix = "metadata.";

/** `metadata.KEY=VALUE` parameters become one Map, since KEY is data. */
export function gatherMetadata(query: unknown): unknown {
  if (typeof query !== "object" || query === null) return query;
  const entries = Object.entries(query);
  const metadata = entries.filter(([name]) => name.startsWith(metadataPrefix));
  const others = Object.fromEntries(entries.filter(([name]) => !name.startsWith(metadataPrefix)));
  if (metadata.length === 0) return others;
  return { ...others, metadata: new Map(metadata.map(([name, value]) => [name.slice(metadataPrefix.length), value])) };
}

export const sessionQuerySchema = z.preprocess(gatherMetadata, parameters);

export function toSessionQuery(project: string, query: z.infer<typeof parameters>): SessionQuery {
  const { limit, cursor } = query;
  return { ...toSessionFilter(project, query), limit, ...present({ cursor }) };
}

export function toSessionFilter(
  project: string,
  query: Omit<z.infer<typeof parameters>, "limit" | "cursor">,
): Omit<SessionQuery, "limit" | "offset" | "cursor"> {
  const { status, model, source, score, has, from, to, metric_below: below } = query;
  if (below !== undefined && query.metric === undefined)
    throw new ApiError(400, "invalid_request", "metric_below: needs metric, which says of which score");
  return {
    project,
    ...present({
      status,
      model,
      source,
      score,
      has,
      from,
      to,
      metric: query.metric && { ...query.metric, ...present({ below }) },
      conversationId: query.conversation_id,
      userId: query.user_id,
      agentName: query.agent_name,
      metadata: query.metadata && Object.fromEntries(query.metadata),
      text: query.q,
    }),
  };
}

type Present<T> = { [K in keyof T]?: T[K] & ({} | null) };

function present<T extends object>(values: T): Present<T> {
  const found: Present<T> = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
