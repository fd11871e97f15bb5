import type { SessionDetail } from "../../src/api/contract.ts";

export interface Facts {
  readonly status: string;
  readonly failed: boolean;
  readonly unsafe: boolean;
  readonly wrongCall: boolean;
  readonly risk: number;
  readonly step: number | null;
}
export interface Result {
  readonly part: string;
  readonly group: string;
  readonly kind?: "outcome" | "safety" | "tool_call";
  readonly risk?: number;
  readonly positive: boolean;
  readonly flagged: boolean;
}
export interface Measures {
  readonly n: number;
  readonly base: number;
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly f1OfAll: number;
  readonly balanced: number;
  readonly auc: number;
  readonly within: number;
}
export function factsOf(detail: SessionDetail): Facts;
export function resultOf(set: string, labels: object, facts: Facts): Result | undefined;
export function stepResultOf(
  set: string,
  labels: object,
  facts: Facts,
): { readonly part: string; readonly group: string; readonly hit: boolean } | undefined;
export function recordedResultsOf(set: string, labels: object): readonly (Result & { readonly judge: string })[];
export function byPart<Each extends { readonly part: string }>(results: readonly Each[]): Map<string, Each[]>;
export function measure(results: readonly Result[]): Measures;
export function lineOf(name: string, results: readonly Result[]): string;
