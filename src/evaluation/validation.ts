/** Whether one expectation holds, whoever says so. */
export interface Validation {
  readonly passed: boolean;
  /** For people, a sentence or two. What agents wrote is in it, cut short, on one line. */
  readonly explanation: string;
}
