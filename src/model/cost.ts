/** What a model call cost, in US dollars, and how that is known. */

/**
 * `no_usage`: the span does not say what was used. `no_model`: nor by which model. `no_price`: the model, or that kind of its
 * tokens, has no price. `service_tier`: a class of service with prices of its own.
 */
export type Unpriced = "no_usage" | "no_model" | "no_price" | "service_tier";

export type CallCost =
  | { readonly costUsd: number; readonly from: "span" }
  | { readonly costUsd: number; readonly from: "price"; readonly price: AppliedPrice }
  | { readonly unpriced: Unpriced };

export interface AppliedPrice {
  /** The price table that has it: the packaged list, a file, the configuration. */
  readonly table: string;
  /** The entry's models, as written there. */
  readonly models: readonly string[];
  /** ISO date of the price list it was taken from. */
  readonly asOf?: string;
}
