/** What a call is made for: where what it costs is counted, and where its trace and its answer are kept. */
export interface CallScope {
  readonly ref: { readonly project: string; readonly id: string };
  /** `turn 3`, `trajectory`. */
  readonly purpose: string;
  /** Of a run: the number of the item that is asked about. */
  readonly item?: number;
}
