/** `service.evaluation`: how runs are scored, and how much may be asked for. */
import { z } from "zod";

export const evaluationSchema = z
  .strictObject({
    /** The judge of type `llm` whose model metrics ask, within its budgets. Absent: the first one of `sessions::judges`. */
    judge: z.string().min(1).optional(),
    /** Items of one run that are in work at the same time, where metrics ask a model. */
    concurrency: z.int().min(1).max(256).default(8),
    /** A larger dataset is refused: as it is sent, and unpacked. */
    max_dataset_mib: z.int().min(1).max(16_384).default(256),
    max_dataset_items: z.int().min(1).max(10_000_000).default(1_000_000),
    /** Of one caller, at /v2. */
    requests_per_minute: z.int().min(1).default(600),
    /** Runs that one project may start in a UTC month. Absent: as many as it likes. */
    evaluations_per_month: z.int().min(1).optional(),
    /** When its runs used so many tokens in a UTC month, not counting senders' own keys, none is started. Absent: the judge's budgets decide. */
    tokens_per_month: z.int().min(1).optional(),
  })
  .prefault({});
