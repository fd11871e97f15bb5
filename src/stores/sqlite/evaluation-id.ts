import { randomBytes } from "node:crypto";

/** Of evaluation projects, datasets and runs: 32 hex digits. */
export const randomEvaluationId = (): string => randomBytes(16).toString("hex");
