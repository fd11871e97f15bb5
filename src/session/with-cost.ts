import { costOfCall } from "../cost/cost-of-call.ts";
import type { PriceTables } from "../cost/price-table.ts";
import type { Operation } from "../dialects/operation.ts";

/** A model call with what it cost, and how that is known; the other operations as they are. */
export function withCost(operation: Operation, prices: PriceTables): Operation {
  if (operation.kind !== "model") return operation;
  const cost = costOfCall(operation, prices);
  return { ...operation, cost, ...("costUsd" in cost ? { costUsd: cost.costUsd } : {}) };
}
