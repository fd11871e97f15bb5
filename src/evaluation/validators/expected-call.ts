/** A tool call that is expected, and how well one that was made fits it. */
import { z } from "zod";
import type { JsonValue } from "../../model/session.ts";
import { InvalidInputError } from "../evaluation-error.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { isRecord, memberOf } from "../rules/reading/json-leaves.ts";
import { matcherSchema, toMatcher, type ArgumentMatcher } from "./argument-matcher.ts";
import { fitsJson } from "./fits-json.ts";
import type { MadeCall } from "./select-turns.ts";
import { matchesName, toolName } from "./tool-name.ts";

export const expectedCallSchema = z
  .strictObject({
    tool: toolName,
    /** Values by name. Without `arguments` and `matchers` any will do. */
    arguments: z.record(z.string(), z.json()).optional(),
    matchers: z.record(z.string(), matcherSchema).optional(),
    /** `exact`: no further arguments, and none in objects within them. */
    mode: z.enum(["partial", "exact"]).default("partial"),
  })
  .superRefine((call, context) => {
    for (const name of Object.keys(call.matchers ?? {})) {
      if (!Object.hasOwn(call.arguments ?? {}, name)) continue;
      context.addIssue({ code: "custom", path: ["matchers", name], message: "has a value in arguments already" });
    }
  });

/** At most so many, because each is compared with each call that was made. */
export const expectedCalls = z.array(expectedCallSchema).max(100);

/** How well a call fits what is expected of it. */
export interface Fit {
  readonly isSameTool: boolean;
  /**
   * The share (0..1) of the arguments that are as expected; those that should not be there count too. 1: nothing is wrong. 0 also
   * for another tool.
   */
  readonly share: number;
  /** Names of the arguments that are wrong. */
  readonly wrong: readonly string[];
}

export interface ExpectedCall {
  readonly tool: string;
  readonly looksAtArguments: boolean;
  readonly fit: (made: MadeCall) => Fit;
}

export function toExpectedCall(config: z.output<typeof expectedCallSchema>): ExpectedCall {
  const { tool, mode } = config;
  const matchers = new Map<string, ArgumentMatcher>([
    ...Object.entries(config.arguments ?? {}).map(
      ([name, value]) => [name, (given: JsonValue | undefined) => fitsJson(given, value, mode)] as const,
    ),
    ...Object.entries(config.matchers ?? {}).map(([name, matcher]) => [name, toMatcher(matcher)] as const),
  ]);
  const looksAtArguments = config.arguments !== undefined || config.matchers !== undefined;
  return {
    tool,
    looksAtArguments,
    fit({ call, unrecorded }) {
      if (!matchesName(tool, call.name)) return { isSameTool: false, share: 0, wrong: [] };
      if (!looksAtArguments) return { isSameTool: true, share: 1, wrong: [] };
      if (unrecorded) return { isSameTool: true, share: 0, wrong: [...matchers.keys()] };
      return fitArguments(call.arguments, matchers, mode === "exact");
    },
  };
}

/** Arguments that are no object have no names: all that is expected is missing, and what there is is one too many. */
function fitArguments(given: JsonValue, matchers: ReadonlyMap<string, ArgumentMatcher>, isExact: boolean): Fit {
  const named = isRecord(given) ? Object.keys(given) : given === "" || given === null ? [] : [unnamed];
  const wrong = [...matchers].flatMap(([name, matches]) => (matches(memberOf(given, name)) ? [] : [name]));
  const extra = isExact ? named.filter((name) => !matchers.has(name)) : [];
  const all = matchers.size + extra.length;
  const failed = [...wrong, ...extra];
  return { isSameTool: true, share: all === 0 ? 1 : 1 - failed.length / all, wrong: failed };
}

const unnamed = "(arguments without names)";

export const fits = ({ share }: Fit): boolean => share === 1;

/**
 * Throws InvalidInputError 050008 when a call of an expected tool was recorded without its arguments: for an expectation that
 * does not hold, because with them it might.
 */
export function refuseUnrecorded(expected: readonly ExpectedCall[], calls: readonly MadeCall[]): void {
  const lost = calls.find(
    ({ call, unrecorded }) =>
      unrecorded && expected.some(({ tool, looksAtArguments }) => looksAtArguments && matchesName(tool, call.name)),
  );
  if (lost === undefined) return;
  throw new InvalidInputError("050008", `the arguments of ${excerptOf(lost.call.name, 80)} were not recorded`);
}
