/** So that a request that is sent again creates nothing twice. Gone with what was created. */
export interface IdempotencyKey {
  /** Unique in its project, among sessions and among runs. */
  readonly key: string;
  /** Of what is asked for: the same key with another one is a mistake. */
  readonly digest: string;
}
