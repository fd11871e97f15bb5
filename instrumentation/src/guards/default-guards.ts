import { composite } from "./composite.ts";
import { costCeilingUsd, type CostCeilingOptions } from "./cost-ceiling-usd.ts";
import type { Guard } from "./guard.ts";
import { loop, type LoopOptions } from "./loop.ts";
import { maxSteps } from "./max-steps.ts";

export interface DefaultGuardsOptions extends CostCeilingOptions, LoopOptions {
  /** Default 50. */
  readonly maxSteps?: number;
  /** Default 1. */
  readonly costCeilingUsd?: number;
}

/** 50 steps, 1 US dollar, and a tool four times with equal arguments, in this order. */
export function defaultGuards(options: DefaultGuardsOptions = {}): Guard {
  return composite(
    maxSteps(options.maxSteps ?? 50),
    costCeilingUsd(options.costCeilingUsd ?? 1, options),
    loop({ maxRepeats: options.maxRepeats ?? 4 }),
  );
}
