import { defineGuard, type Guard, type ModelUsage, type Step } from "./guard.ts";
import { requirePositive } from "./require-limit.ts";

/** What a million tokens of a model cost, in US dollars. Without a price of their own cached tokens cost what others do. */
export interface ModelPrice {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly cachedInputPerMillion?: number;
  readonly cacheCreationInputPerMillion?: number;
}

/** What a model call cost, in US dollars; undefined if that is not known. */
export type Price = (usage: ModelUsage) => number | undefined;

export interface CostCeilingOptions {
  /** A function, or a table by the exact name of the model (as asked for, or as it answered). */
  readonly price?: Price | Readonly<Record<string, ModelPrice>>;
  /** What to do with a model call whose cost is not known: stop the run (the default), or leave it out of the sum. */
  readonly unknownCost?: "trip" | "ignore";
}

/**
 * Trips when a run has cost more than `ceiling` US dollars. What a call costs comes with the step, or of the `price`; a cost
 * that nobody knows is never taken for 0. Throws a RangeError unless the ceiling is above 0.
 */
export function costCeilingUsd(ceiling: number, { price, unknownCost = "trip" }: CostCeilingOptions = {}): Guard {
  requirePositive("costCeilingUsd", ceiling);
  const priceOf = typeof price === "function" ? price : priceFromTable(price ?? {});
  return defineGuard("cost_ceiling", () => {
    let spent = 0;
    return (step) => {
      const { known, unpriced } = costsOf(step, priceOf);
      spent += known;
      if (spent > ceiling) return `${inDollars(spent)} spent, and no more than ${inDollars(ceiling)} are allowed`;
      if (unpriced === undefined || unknownCost === "ignore") return undefined;
      return `what ${unpriced} costs is not known, so whether ${inDollars(ceiling)} are spent is not, either`;
    };
  });
}

/** `unpriced` names a model whose calls have no known cost. */
function costsOf({ costUsd, used = [] }: Step, price: Price): { known: number; unpriced: string | undefined } {
  if (costUsd !== undefined)
    return isCost(costUsd) ? { known: costUsd, unpriced: undefined } : { known: 0, unpriced: "a step" };
  let known = 0;
  let unpriced: string | undefined;
  for (const usage of used) {
    const cost = price(usage);
    if (isCost(cost)) known += cost;
    else unpriced ??= usage.responseModel ?? usage.model ?? "an unnamed model";
  }
  return { known, unpriced };
}

const isCost = (value: number | undefined): value is number => value !== undefined && value >= 0;

function priceFromTable(table: Readonly<Record<string, ModelPrice>>): Price {
  const prices = new Map(Object.entries(table));
  return ({ model, responseModel, inputTokens, outputTokens, cachedInputTokens = 0, cacheCreationInputTokens = 0 }) => {
    const price = prices.get(responseModel ?? "") ?? prices.get(model ?? "");
    if (price === undefined || inputTokens === undefined || outputTokens === undefined) return undefined;
    const { inputPerMillion, outputPerMillion } = price;
    const { cachedInputPerMillion = inputPerMillion, cacheCreationInputPerMillion = inputPerMillion } = price;
    const uncached = Math.max(0, inputTokens - cachedInputTokens - cacheCreationInputTokens);
    const cached = cachedInputTokens * cachedInputPerMillion + cacheCreationInputTokens * cacheCreationInputPerMillion;
    return (uncached * inputPerMillion + cached + outputTokens * outputPerMillion) / 1_000_000;
  };
}

const inDollars = (amount: number): string => `$${Number(amount.toPrecision(6))}`;
