/** `@turnwise/instrumentation/guards`: limits for agents, to be checked between any steps. They need nothing else. */
export { composite } from "./composite.ts";
export { costCeilingUsd } from "./cost-ceiling-usd.ts";
export type { CostCeilingOptions, ModelPrice, Price } from "./cost-ceiling-usd.ts";
export { defaultGuards } from "./default-guards.ts";
export type { DefaultGuardsOptions } from "./default-guards.ts";
export { defineGuard } from "./guard.ts";
export type { CheckRun, Guard, ModelUsage, Step, Trip } from "./guard.ts";
export { GuardError, isGuardError } from "./guard-error.ts";
export { loop } from "./loop.ts";
export type { LoopOptions } from "./loop.ts";
export { maxSteps } from "./max-steps.ts";
