export interface FuzzInput {
  readonly signal: "traces" | "logs";
  readonly encoding: "protobuf" | "json";
  readonly body: Uint8Array;
}

export interface FuzzOptions {
  readonly corpus: readonly FuzzInput[];
  readonly seed: number;
  readonly seconds: number;
  readonly check: (input: FuzzInput, random: () => number) => boolean | Promise<boolean>;
}

export interface FuzzResult {
  readonly runs: number;
  readonly accepted: number;
  readonly failure?: { readonly run: number; readonly input: FuzzInput; readonly error: unknown };
}

export function fuzz(options: FuzzOptions): Promise<FuzzResult>;
