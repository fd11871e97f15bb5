/** The contract of a validator: does one expectation hold of a trajectory? Nothing is stored, and no server is needed. */
import { z } from "zod";
import type { Turn } from "../../model/session.ts";
import type { ModelClient } from "../model-client.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import type { Validation } from "../validation.ts";

/** Every built session is one. Of turns that do not say otherwise it is taken that they were recorded whole. */
export interface Trajectory {
  readonly turns: readonly (TrajectoryTurn & Partial<Turn>)[];
}

/**
 * Looks at a trajectory, finished or not. Throws EvaluationError when it cannot be told whether the expectation holds: there is no
 * such turn, what it speaks of was not recorded, the judge model does not answer. That is neither passed nor failed, and
 * `invert` does not make it so.
 */
export type Validate = (trajectory: Trajectory) => Promise<Validation>;

/** What some validators need beside their config. */
export interface ValidatorNeeds {
  /** Of the judge model, for the validators that ask one. */
  readonly client?: ModelClient;
}

/** What every validator's config has beside `type`. */
export const commonFields = {
  /** What reports and scores call it. Absent: the validator's type. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u, "must be on one line, without control characters")
    .optional(),
  /** Passes when the expectation does not hold. */
  invert: z.boolean().default(false),
  /** Number of the turn (from 1) that is looked at. Absent: all turns, and of replies the last turn's. */
  turn: z.int().positive().optional(),
};

type ConfigSchema = z.ZodObject<{ readonly type: z.ZodLiteral<string> } & typeof commonFields, z.core.$strict>;

export interface ValidatorType {
  readonly type: string;
  /** One sentence for the documentation. */
  readonly description: string;
  /** Strict: holds the defaults, refuses unknown keys. */
  readonly configSchema: ConfigSchema;
  /** Throws ZodError for a config that does not fit. */
  create(config: unknown, needs?: ValidatorNeeds): Validate;
}

interface Definition<Schema extends ConfigSchema> {
  readonly type: string;
  readonly description: string;
  readonly configSchema: Schema;
  /** The expectation as it stands, `invert` left aside. */
  readonly check: (
    config: z.output<Schema>,
    needs: ValidatorNeeds,
  ) => (trajectory: Trajectory) => Validation | Promise<Validation>;
}

/** A validator type of which code knows the config's type. */
export interface TypedValidator<Schema extends ConfigSchema> extends Omit<ValidatorType, "create"> {
  readonly configSchema: Schema;
  create(config: z.input<Schema>, needs?: ValidatorNeeds): Validate;
}

export function defineValidator<Schema extends ConfigSchema>(definition: Definition<Schema>): TypedValidator<Schema> {
  const { type, description, configSchema, check } = definition;
  return {
    type,
    description,
    configSchema,
    create(config, needs = {}) {
      const parsed = configSchema.parse(config);
      const holds = check(parsed, needs);
      return async (trajectory) => {
        const validation = await holds(trajectory);
        return parsed.invert ? invert(validation) : validation;
      };
    },
  };
}

const invert = ({ passed, explanation }: Validation): Validation => ({
  passed: !passed,
  explanation: `Expected not to hold: ${explanation}`,
});
