import { heuristicMetrics } from "../heuristics.ts";
import type { ItemMetric } from "./item-metric.ts";

/** Raised when one of them gives another value than before. */
const version = "1";

/** The four that ask no model. */
export const heuristicItemMetrics: readonly ItemMetric[] = heuristicMetrics.map(
  ({ key, displayName, definition, score }) => ({
    key,
    displayName,
    definition,
    category: "heuristic",
    requires: ["expected"],
    asksModel: false,
    version,
    score: async ({ output, expected = null }) => score({ output, expected }),
  }),
);
