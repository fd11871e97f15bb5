/** What a call is made for: where what it costs is counted, and where its trace and its answer are kept. */
export interface CallScope {
  readonly ref: { readonly project: string; readonly id: string };
  /** `turn 3`, `trajectory`. */
  readonly purpose: string;
}
