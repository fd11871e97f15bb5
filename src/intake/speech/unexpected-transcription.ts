import { JudgeError } from "../../model/errors.ts";

/** It answered, and what it answered cannot be read. */
export const unexpectedTranscription = (): JudgeError =>
  new JudgeError("unexpected_reply", "The speech provider answered something other than a transcription", {
    retryable: true,
  });
