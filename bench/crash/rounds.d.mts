export interface CrashTotal {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly corrupt: number;
}

export function runCrashRounds(options: {
  readonly rounds: number;
  readonly random: () => number;
}): Promise<CrashTotal>;
