export interface Delivery {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly missing: number;
  readonly duplicated: number;
}

export function deliverThroughKills(options: { readonly records: number; readonly kills: number }): Promise<Delivery>;
