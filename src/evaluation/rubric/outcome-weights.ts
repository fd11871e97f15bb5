/** Fitted on the development data by bench/judge/fit.mjs, which prints this file; not written by hand. */
import type { OutcomeWeights } from "./outcome-risk.ts";

export const outcomeWeights: OutcomeWeights = {
  harmfulFrom: 1.78,
  helpfulBelow: 0.63,
  weights: {
    agreed_not_done: 0.24,
    comparisons: 0.37,
    complaints: 0.64,
    conditions: 0.49,
    failed_call: 0.4,
    failed_changes: 0.2,
    late_handover: 0.6,
    length: 0.39,
    loop: 0.62,
    no_reply: 0.27,
    open_end: 0.36,
    other_record: 0.1,
    refused_end: 0.13,
    repeated_write: 0.22,
    stall: 0.23,
    unaddressed_goal: 0.42,
    unconfirmed_write: 0.37,
    ungrounded_argument: 0.47,
    unread_records: 0.5,
    words: 0.56,
  },
};
