import { z } from "zod";
import { duration, secret } from "../../component/config-schemas.ts";
import { selectionFields } from "../../component/judge-selection.ts";
import { parseBaseUrl } from "../../llm/base-url.ts";

const baseUrl = z.string().transform((text, context) => {
  try {
    return parseBaseUrl(text);
  } catch (error) {
    context.issues.push({ code: "custom", input: "", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

const model = z.string().min(1);
const temperature = z.number().min(0).max(2);
/** US dollars for a million tokens; without it costs are unknown. */
const price = z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() });

/** What is left out is the judge's own; but not its price, which is another model's, nor its key for another endpoint. */
const jurorSchema = z.strictObject({
  model,
  base_url: baseUrl.optional(),
  api_key: secret.optional(),
  temperature: temperature.optional(),
  price: price.optional(),
});

const ceiling = z
  .strictObject({ tokens: z.int().positive().optional(), usd: z.number().positive().optional() })
  .prefault({});

/** How a model is asked, whatever it is asked for. */
export const modelFields = {
  base_url: baseUrl.prefault("https://api.openai.com/v1"),
  model: model.default("gpt-5.4-mini"),
  /** Left out for models that refuse it. */
  temperature: temperature.default(0),
  /** For one request. */
  timeout: duration.prefault("60s"),
  /** For connecting: name, socket and TLS. */
  connect_timeout: duration.prefault("10s"),
  /** For one trial with all its retries. */
  deadline: duration.prefault("3m"),
  /** Requests that may fail before the trial does; a 429 does not count. */
  max_attempts: z.int().min(1).max(10).default(4),
  /** Of one endpoint and key, whoever asks. */
  max_concurrency: z.int().min(1).max(256).default(8),
  /** Of one answer, thinking included. */
  max_output_tokens: z.int().min(256).default(8_192),
};

const fields = z.strictObject({
  /** Without a key this judge is off. Local servers that need none take any text. */
  api_key: secret.default(""),
  ...modelFields,
  /** How often each model is asked for one judgement, of which a majority decides. Odd, so that it can. */
  trials: z
    .int()
    .min(1)
    .max(9)
    .refine((trials) => trials % 2 === 1, "must be odd")
    .default(1),
  /** Further models that judge too, and have a vote each as often as the first. */
  jury: z.array(jurorSchema).max(4).default([]),
  /** Of one prompt: what does not fit is shortened. */
  max_input_tokens: z.int().min(4_000).default(32_000),
  /** Whether prompts and answers are kept in the traces of the judge's calls; all else always is. */
  trace_content: z.boolean().default(false),
  price: price.optional(),
  /** Ceilings of a UTC day; of one project's UTC day; of one session, for good. Dollars need the prices. */
  daily_budget: ceiling,
  project_budget: ceiling,
  session_budget: ceiling,
  ...selectionFields,
});
type Fields = z.infer<typeof fields>;

export const llmConfigSchema = fields.superRefine((config, context) => {
  for (const { path, message } of problemsOf(config)) context.issues.push({ code: "custom", input: "", path, message });
});
export type LlmJudgeConfig = z.infer<typeof llmConfigSchema>;

/** One model of the judge, with what it takes from the judge's own settings. */
export interface Juror {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly temperature: number;
  readonly price?: z.infer<typeof price>;
}

/** The judge's own model, then the further ones as configured. */
export function jurorsOf(config: LlmJudgeConfig): readonly [Juror, ...Juror[]] {
  const toJuror = (juror: z.infer<typeof jurorSchema>): Juror => ({
    baseUrl: juror.base_url ?? config.base_url,
    apiKey: juror.api_key ?? config.api_key,
    model: juror.model,
    temperature: juror.temperature ?? config.temperature,
    ...(juror.price === undefined ? {} : { price: juror.price }),
  });
  const { model, price } = config;
  return [toJuror({ model, ...(price === undefined ? {} : { price }) }), ...config.jury.map(toJuror)];
}

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

function problemsOf(config: Fields): readonly Problem[] {
  return [...priceProblems(config), ...roomProblems(config), ...trialProblems(config), ...juryProblems(config)];
}

const budgets = ["daily_budget", "project_budget", "session_budget"] as const;

function priceProblems({ price, jury, ...config }: Fields): readonly Problem[] {
  const message = "needs the price to be known: set price";
  const unpriced = jury.findIndex((juror) => juror.price === undefined);
  const unknown = [
    ...(price === undefined ? [message] : []),
    ...(unpriced === -1 ? [] : [`${message} of jury::${unpriced} too`]),
  ];
  return budgets.flatMap((name) =>
    config[name].usd === undefined ? [] : unknown.map((message) => ({ path: [name, "usd"], message })),
  );
}

/** The most that an answer may take is set aside before each call: a budget without room for that allows none. */
function roomProblems(config: Fields): readonly Problem[] {
  const { max_output_tokens: most } = config;
  const dearest = Math.max(...jurorsOf(config).map(({ price }) => price?.output ?? 0));
  return budgets.flatMap((name) => {
    const { tokens = Infinity, usd = Infinity } = config[name];
    const told = (verb: string): string => `is not more than one answer may ${verb} (max_output_tokens: ${most})`;
    const isTooSmall = (budget: number, needed: number): boolean => budget > 0 && budget <= needed;
    return [
      ...(isTooSmall(tokens, most) ? [{ path: [name, "tokens"], message: told("take") }] : []),
      ...(isTooSmall(usd * 1_000_000, most * dearest) ? [{ path: [name, "usd"], message: told("cost") }] : []),
    ];
  });
}

/** At temperature 0 a model says the same thing again, so that more trials cost more and tell nothing. */
function trialProblems(config: Fields): readonly Problem[] {
  if (config.trials === 1) return [];
  return jurorsOf(config).flatMap(({ temperature, model }, index) =>
    temperature > 0
      ? []
      : [
          {
            path: index === 0 ? ["trials"] : ["jury", index - 1],
            message: `at temperature 0 ${JSON.stringify(model)} would say the same thing ${config.trials} times: set temperature, or trials to 1`,
          },
        ],
  );
}

function juryProblems(config: Fields): readonly Problem[] {
  const known = new Set<string>();
  return jurorsOf(config).flatMap(({ baseUrl, model }, index) => {
    const path = ["jury", index - 1];
    const written = config.jury[index - 1];
    const key = JSON.stringify([baseUrl, model]);
    const twice = known.has(key);
    known.add(key);
    return [
      ...(twice ? [{ path: [...path, "model"], message: "judges already: to ask it more often set trials" }] : []),
      ...(written !== undefined && written.api_key === undefined && baseUrl !== config.base_url
        ? [{ path, message: "needs an api_key of its own: the judge's is not sent to another endpoint" }]
        : []),
    ];
  });
}
