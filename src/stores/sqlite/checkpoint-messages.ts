import type { CheckpointSignal } from "./checkpoint-signal.ts";

export interface CheckpointThreadData {
  readonly databaseFile: string;
  readonly signal: CheckpointSignal;
}
